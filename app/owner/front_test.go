package owner

import (
	"context"
	"errors"
	"testing"
	"time"
)

// told waits for word that the window should come to the front; more is false when the owner has ended.
func told(t *testing.T, asked <-chan struct{}) (more bool) {
	t.Helper()
	select {
	case _, more = <-asked:
		return more
	case <-time.After(time.Minute):
		t.Fatal("nobody told the window")
		return false
	}
}

func TestASecondWindowBringsTheFirstToTheFront(t *testing.T) {
	path, stop := serve(t, &facade{})
	first, second := dial(t, path), dial(t, path)
	ctx, closed := context.WithCancel(t.Context())
	asked, mine, err := first.Window(ctx)
	if err != nil || !mine {
		t.Fatalf("the first window: %v %v", mine, err)
	}
	for range 3 {
		if _, mine, err := second.Window(t.Context()); err != nil || mine {
			t.Fatalf("a further window: %v %v", mine, err)
		}
		if !told(t, asked) {
			t.Fatal("the window was ended instead")
		}
	}
	// A window that was closed is nobody's hindrance.
	closed()
	if told(t, asked) {
		t.Error("a closed window is told of others")
	}
	deadline := time.Now().Add(time.Minute)
	for {
		asked, mine, err = second.Window(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if mine {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the place of a closed window is never free")
		}
	}
	stop()
	if told(t, asked) {
		t.Error("the end of the owner looks like a call to the front")
	}
}

// The owner's own window and those of other processes know of each other.
func TestTheOwnersOwnWindowIsToldToo(t *testing.T) {
	path := socket(t)
	server, _ := listening(t, path, &facade{})
	asked, release, ok := server.Front().Take()
	if !ok {
		t.Fatal("the place is taken before anybody has asked")
	}
	client := dial(t, path)
	if _, mine, err := client.Window(t.Context()); err != nil || mine {
		t.Fatalf("%v %v", mine, err)
	}
	if !told(t, asked) {
		t.Error("ended")
	}
	release()
	ctx, cancel := context.WithCancel(t.Context())
	if _, mine, err := client.Window(ctx); err != nil || !mine {
		t.Errorf("after the owner's window is gone: %v %v", mine, err)
	}
	if _, _, ok := server.Front().Take(); ok {
		t.Error("the owner opens a second window")
	}
	cancel()
}

func TestAWindowOfAnOwnerThatIsGone(t *testing.T) {
	if _, _, err := (&Client{socket: socket(t)}).Window(t.Context()); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
