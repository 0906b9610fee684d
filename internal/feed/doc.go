// Package feed tells the screens what has been committed, in the order of the log.
//
// It owns one bounded ring of commits per centre and a cursor for each reader. It refuses to wait for anybody: a reader that falls behind the ring is
// told to begin again from a snapshot, and a reader that comes back names the last sequence number it saw, never a time. Nothing is
// published before it is on disk. Begin reading with Hub; a room that follows the feed begins with Follower.
package feed
