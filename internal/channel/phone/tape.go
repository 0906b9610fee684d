package phone

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/telephony/media"
)

// tape is the recording that a call is making.
type tape struct {
	row      store.RecordingRow
	recorder *media.Recorder
	file     *os.File
	pause    *time.Timer // goes on by itself after a pause for card data
	deleted  bool
}

// record does one thing to the call's recording.
func (c *call) record(do string) {
	switch do {
	case "begin":
		if c.tape == nil {
			t, err := c.beginTape()
			c.hear(recorded{id: t.row.ID, err: err})
			if err != nil {
				c.room.Log.Error("a recording could not be begun", "call", c.id, "error", err)
				return
			}
			c.tape = &t
			c.sound.room.Record(t.recorder)
		}
	case "pause", "resume":
		if t := c.tape; t != nil {
			if t.pause != nil {
				t.pause.Stop()
				t.pause = nil
			}
			if do == "resume" {
				t.recorder.Resume()
				return
			}
			t.recorder.Pause()
			if most := c.m.terms.cardPause; most > 0 {
				t.pause = time.AfterFunc(most, func() { c.post(c.m.resumeRecording) })
			}
		}
	case "delete":
		if c.tape != nil {
			c.tape.deleted = true
		}
		c.endTape()
	case "end":
		c.endTape()
	}
}

func sealedFor(file string) string { return "recording " + file }

// beginTape writes the recording down, with its basis, then opens its file. Nothing is recorded before it is on disk that it is, and why.
func (c *call) beginTape() (t tape, err error) {
	r, m := c.room, c.m
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	name := rand.Text() + ".rec"
	sealed, err := r.Access.Seal(key[:], sealedFor(name))
	if err != nil {
		return t, err
	}
	days := int32(90)
	if p := r.Rules.Book().Purpose(m.allowed.Purpose); p != nil {
		days = p.RetentionDays
	}
	t.row = store.RecordingRow{
		Call: c.id, Contact: m.row.Contact, Brand: m.row.Brand, Queue: m.row.Queue, Agent: m.row.Agent, Purpose: m.allowed.Purpose, Basis: m.allowed.Basis,
		State: "on", File: name, Sealed: sealed,
	}
	_, err = c.command("recording", func(p *live.Plan) error {
		t.row.Began = p.Now()
		t.row.KeepUntil = p.Now() + centre.Instant(days)*day
		t.row.ID = p.Fact(FactRecording, m.row.Contact, m.row.Agent, map[string]any{"call": c.id, "basis": t.row.Basis})
		p.Write(r.Phone.PutRecording(t.row))
		return nil
	})
	if err != nil {
		return t, err
	}
	if err = os.MkdirAll(r.Folder, 0o700); err != nil {
		return t, err
	}
	if t.file, err = os.OpenFile(filepath.Join(r.Folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return t, err
	}
	t.recorder = media.NewRecorder(media.Seal(t.file, key), media.RecorderOptions{ALaw: true})
	return t, nil
}

// endTape closes the recording, or deletes it when that was asked for meanwhile.
func (c *call) endTape() {
	t := c.tape
	if t == nil {
		return
	}
	c.tape = nil
	if t.pause != nil {
		t.pause.Stop()
	}
	if c.sound.room != nil {
		c.sound.room.Record(nil)
	}
	r := c.room
	r.actors.Go(func() {
		err := t.recorder.Close()
		t.row.DurationMS = t.recorder.Duration().Milliseconds()
		if info, serr := os.Stat(filepath.Join(r.Folder, t.row.File)); serr == nil {
			t.row.Bytes = info.Size()
		}
		t.row.State = "done"
		if t.deleted {
			t.row.State, t.row.DeletedBy, t.row.Sealed = "deleted", t.row.Agent, []byte{}
			_ = os.Remove(filepath.Join(r.Folder, t.row.File)) // without its key it is nothing
		} else if err != nil {
			r.Log.Error("a recording is not whole", "recording", t.row.ID, "error", err)
		}
		if n := t.recorder.Dropped(); n > 0 {
			r.Log.Warn("the disk was too slow for a recording", "recording", t.row.ID, "frames_dropped", n)
		}
		if _, err := r.send("", "", func(p *live.Plan) error {
			t.row.Ended = p.Now()
			p.Write(r.Phone.PutRecording(t.row))
			return nil
		}); err != nil {
			r.Log.Error("a recording could not be closed", "recording", t.row.ID, "error", err)
		}
	})
}

// mendRecordings closes recordings that the program stopped in the middle of: they are readable up to their last whole piece.
func (r *Room) mendRecordings(ctx context.Context) error {
	rows, err := r.Phone.OpenRecordings(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if c := r.callByID(row.Call); c != nil {
			continue
		}
		row.State = "lost"
		if info, err := os.Stat(filepath.Join(r.Folder, row.File)); err == nil && info.Size() > 0 {
			row.State, row.Bytes = "done", info.Size()
		}
		if _, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
			row.Ended = p.Now()
			p.Write(r.Phone.PutRecording(row))
			return nil
		}}); err != nil {
			return err
		}
	}
	return nil
}

// clearFolder removes files that no recording has: the file of a recording that was deleted while the program was stopped, or one whose row never came to
// be. The key is in the row, so that nobody could hear them again.
func (r *Room) clearFolder(ctx context.Context) error {
	files, err := os.ReadDir(r.Folder)
	if err != nil {
		if os.IsNotExist(err) {
			return nil
		}
		return centre.Errorf(centre.Unavailable, "the folder of recordings: %w", err)
	}
	known, err := r.Phone.RecordingFiles(ctx)
	if err != nil {
		return err
	}
	gone := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".rec") && !known[f.Name()] && os.Remove(filepath.Join(r.Folder, f.Name())) == nil {
			gone++
		}
	}
	if gone > 0 {
		r.Log.Info("files that no recording has were removed", "files", gone)
	}
	return nil
}

// sweepRecordings deletes recordings whose time is up, and their keys with them.
func (r *Room) sweepRecordings(ctx context.Context) error {
	rows, err := r.Phone.RecordingsToDelete(ctx, r.instant(), 500)
	for _, row := range rows {
		if err == nil {
			err = r.deleteRecording(ctx, row, 0)
		}
	}
	return err
}

func (r *Room) deleteRecording(ctx context.Context, row store.RecordingRow, by centre.AgentID) error {
	row.State, row.DeletedBy, row.Sealed = "deleted", by, []byte{}
	if _, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		p.Fact(FactRecording, row.Contact, by, map[string]any{"recording": row.ID, "deleted": true})
		p.Write(r.Phone.PutRecording(row))
		return nil
	}}); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(r.Folder, row.File)); err != nil && !os.IsNotExist(err) {
		return centre.Errorf(centre.Unavailable, "recording %d: %w", row.ID, err)
	}
	return nil
}

func (r *Room) objectOf(row store.RecordingRow) access.Object {
	o := access.Object{Brand: row.Brand, Queue: row.Queue, Agent: row.Agent}
	if p, ok := r.Rules.Person(row.Agent); ok {
		o.Team, o.Partner = p.Team, p.Partner
	}
	return o
}

// recordingFor reads a recording that the subject may do a to; what they may not know of is Missing.
func (r *Room) recordingFor(ctx context.Context, s access.Subject, a access.Action, id int64) (store.RecordingRow, error) {
	row, err := r.Phone.Recording(ctx, id)
	if err != nil || row.State == "deleted" || !access.Can(s, a, r.objectOf(row)) {
		if err != nil && centre.KindOf(err) != centre.Missing {
			return row, err
		}
		return row, centre.ErrorAt(centre.Missing, "id", "there is no recording %d", id)
	}
	return row, nil
}

// Recordings lists those of a contact that the subject may hear.
func (r *Room) Recordings(ctx context.Context, s access.Subject, contact centre.ContactID) ([]Recording, error) {
	rows, err := r.Phone.RecordingsOf(ctx, contact)
	out := []Recording{}
	for _, row := range rows {
		if access.Can(s, access.PlayRecordings, r.objectOf(row)) {
			out = append(out, Recording{ID: row.ID, Contact: row.Contact, At: row.Began, DurationMS: row.DurationMS, Purpose: row.Purpose, Basis: row.Basis, State: row.State, KeepUntil: row.KeepUntil})
		}
	}
	return out, err
}

// Play opens the sound of a recording as WAV; that somebody heard it is in the audit log.
func (r *Room) Play(ctx context.Context, s access.Subject, id int64) (sound io.ReadCloser, size int64, err error) {
	row, err := r.recordingFor(ctx, s, access.PlayRecordings, id)
	if err != nil {
		return nil, 0, err
	}
	if row.State != "done" {
		return nil, 0, centre.ErrorAt(centre.Conflict, "id", "the recording is not finished, or was lost")
	}
	raw, err := r.Access.Unseal(row.Sealed, sealedFor(row.File))
	if err != nil || len(raw) != 32 {
		return nil, 0, centre.Errorf(centre.Internal, "recording %d: its key could not be opened: %w", id, err)
	}
	if err := r.Access.Record(ctx, s, "recording.played", fmt.Sprintf("recording %d", id), fmt.Sprintf("contact %d", row.Contact)); err != nil {
		return nil, 0, err
	}
	f, err := os.Open(filepath.Join(r.Folder, row.File))
	if err != nil {
		return nil, 0, centre.Errorf(centre.Unavailable, "recording %d: %w", id, err)
	}
	info, err := f.Stat()
	if err == nil {
		var opened *media.Sealed
		if opened, err = media.Open(f, info.Size(), [32]byte(raw)); err == nil {
			var wav io.ReadSeeker
			if wav, _, err = media.WholeWAV(opened); err == nil {
				if size, err = wav.Seek(0, io.SeekEnd); err == nil {
					_, err = wav.Seek(0, io.SeekStart)
				}
			}
			if err == nil {
				return sounding{wav, f}, size, nil
			}
		}
	}
	f.Close()
	return nil, 0, centre.Errorf(centre.Internal, "recording %d: %w", id, err)
}

// sounding is a recording being heard.
type sounding struct {
	io.Reader
	io.Closer
}

// DeleteRecording deletes one for good: the sound and its key.
func (r *Room) DeleteRecording(ctx context.Context, s access.Subject, id int64) error {
	row, err := r.recordingFor(ctx, s, access.DeleteRecordings, id)
	if err != nil {
		return err
	}
	if row.Agent == s.Person && !access.Can(s, access.DeleteRecordings, access.Object{Brand: row.Brand, Queue: row.Queue, Team: s.Team, Partner: s.Partner}) {
		if err := r.mayDeleteOwn(ctx, row); err != nil {
			return err
		}
	} else if err := s.Proved(); err != nil {
		return err
	}
	if row.State == "on" {
		return centre.ErrorAt(centre.Conflict, "id", "the call goes on: stop the recording first")
	}
	if err := r.deleteRecording(ctx, row, s.Person); err != nil {
		return err
	}
	return r.Access.Record(ctx, s, "recording.deleted", fmt.Sprintf("recording %d", id), fmt.Sprintf("contact %d", row.Contact))
}

// mayDeleteOwn lets an agent delete the recording of a call of their own in its wrap-up, where the centre allows it.
func (r *Room) mayDeleteOwn(ctx context.Context, row store.RecordingRow) error {
	wrapping := false
	err := r.Centre.View(ctx, func(v *live.View) error {
		c, ok := v.Engine().Contact(row.Contact)
		wrapping = ok && c.Phase == routing.InWrapUp && c.Agent == row.Agent
		return nil
	})
	if err == nil && (!wrapping || !r.Rules.Book().Phone.Recording.DeleteInWrapUp) {
		err = centre.ErrorAt(centre.Conflict, "id", "you can delete it in wrap-up only: ask your leader")
	}
	return err
}
