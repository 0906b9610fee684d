// Package media owns sound: the frames of a call, the legs that carry them over RTP, the clock that moves them every 20 ms, the rooms in which they are
// mixed, the players and recorders beside them. Everything is 8 kHz, mono, 16 bits; every feature of a call (hold, whisper, listen, barge, conference,
// prompts, recording) is a role in a room.
//
// It refuses signalling: no SDP, no dialogs, no browsers, no database. What runs on a tick never waits, never logs and never allocates; what can wait
// (handlers of digits, the disk behind a recorder) runs elsewhere behind a bounded queue.
//
// Begin reading with Leg and Frame in frame.go, then Room.tick in mix.go, then RTP in rtp.go. docs/spec/media.md follows a sound through the house.
package media
