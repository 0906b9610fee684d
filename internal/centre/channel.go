package centre

import "fmt"

// Channel is the way a contact reached the centre.
type Channel uint8

// The channels, in the order they are listed everywhere. Callback is a promise that keeps its place in a phone queue.
const (
	NoChannel Channel = iota
	Phone
	Chat
	Email
	Messenger
	Form
	Visit
	Callback
	Bot
	channelCount
)

// ChannelCount is the size of an array indexed by Channel.
const ChannelCount = int(channelCount)

var channelNames = [...]string{"", "phone", "chat", "email", "messenger", "form", "visit", "callback", "bot"}

// Channels lists every channel in display order.
func Channels() []Channel {
	return []Channel{Phone, Chat, Email, Messenger, Form, Visit, Callback, Bot}
}

// String names the channel as in configuration, API and store.
func (c Channel) String() string {
	if int(c) < len(channelNames) {
		return channelNames[c]
	}
	return fmt.Sprintf("channel(%d)", uint8(c))
}

// ParseChannel reads a channel's name; an unknown one is an Invalid error that lists the known ones.
func ParseChannel(s string) (Channel, error) {
	for i, n := range channelNames {
		if i > 0 && n == s {
			return Channel(i), nil
		}
	}
	return NoChannel, Errorf(Invalid, "channel %q: want one of phone, chat, email, messenger, form, visit, callback, bot", s)
}

// MarshalText implements encoding.TextMarshaler.
func (c Channel) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Channel) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = NoChannel
		return nil
	}
	v, err := ParseChannel(string(b))
	*c = v
	return err
}

// Deferred tells whether the customer has gone away after writing, so that work in this channel can be snoozed and interrupted.
func (c Channel) Deferred() bool { return c == Email || c == Messenger || c == Form }
