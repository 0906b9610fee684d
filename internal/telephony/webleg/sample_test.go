package webleg

import (
	"time"

	pion "github.com/pion/webrtc/v4/pkg/media"
)

func sample(payload []byte) pion.Sample {
	return pion.Sample{Data: payload, Duration: 20 * time.Millisecond}
}
