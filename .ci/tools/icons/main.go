// Command icons draws the program's icon for the systems that want pixels: PNG files for Linux and Windows, one ICNS file for macOS.
//
// It is run when packages are made and draws the same bytes each time; nothing of it is built into the program.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// sizes are those that any system asks for, in pixels.
var sizes = []int{16, 32, 48, 64, 128, 256, 512, 1024}

// kinds are the parts of an ICNS file that hold PNG, by their pixels: the plain sizes, and those for screens with double density.
var kinds = []struct {
	name string
	size int
}{{"ic11", 32}, {"ic12", 64}, {"ic07", 128}, {"ic08", 256}, {"ic13", 256}, {"ic09", 512}, {"ic14", 512}, {"ic10", 1024}}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: icons ICON.svg FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "icons:", err)
		os.Exit(1)
	}
}

func run(svg, folder string) error {
	source, err := os.ReadFile(svg)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	drawn := make(map[int][]byte)
	for _, size := range sizes {
		if drawn[size], err = draw(source, size); err != nil {
			return fmt.Errorf("drawing %d pixels: %w", size, err)
		}
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, fmt.Sprintf("icon-%d.png", size)), drawn[size], 0o644))
	}
	return errors.Join(err, os.WriteFile(filepath.Join(folder, "dakokubridge.icns"), icns(drawn), 0o644))
}

// draw gives the icon as a square PNG.
func draw(svg []byte, size int) ([]byte, error) {
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		return nil, err
	}
	icon.SetTarget(0, 0, float64(size), float64(size))
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	icon.Draw(rasterx.NewDasher(size, size, rasterx.NewScannerGV(size, size, img, img.Bounds())), 1)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// icns puts pictures together: a head, then each with its kind and length, all lengths with their own eight bytes of head.
func icns(drawn map[int][]byte) []byte {
	var body bytes.Buffer
	for _, k := range kinds {
		body.WriteString(k.name)
		binary.Write(&body, binary.BigEndian, uint32(8+len(drawn[k.size])))
		body.Write(drawn[k.size])
	}
	head := binary.BigEndian.AppendUint32([]byte("icns"), uint32(8+body.Len()))
	return append(head, body.Bytes()...)
}
