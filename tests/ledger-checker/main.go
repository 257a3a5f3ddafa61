// Ledger-checker checks a log folder of the ledger with code that is not the ledger's: golang.org/x/mod/sumdb/note and
// golang.org/x/mod/sumdb/tlog. Only the C2SP names of the tiles and the three lines of a checkpoint are read here.
//
// Usage: ledger-checker FOLDER VKEY [PROOFS]
//        ledger-checker -cosigned FOLDER VKEY NEED WITNESS...
//
// FOLDER holds "checkpoint" and "tile/". It checks the checkpoint's signature, each leaf's hash in the tiles under the signed
// root, and an inclusion proof of each leaf. PROOFS, if given, is a folder of files <index>.tlog-proof, each held against its leaf.
// With -cosigned it checks FOLDER/cosigned instead: the log's signature, timestamped cosignatures by NEED of the witnesses' vkeys, and the root against the tiles.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height   = 8 // C2SP tlog-tiles: 256 hashes a tile
	width    = 1 << height
	leafSize = 64
)

func main() {
	if len(os.Args) > 5 && os.Args[1] == "-cosigned" {
		said, err := checkCosigned(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "not good:", err)
			os.Exit(1)
		}
		fmt.Println("good:", said)
		return
	}
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: ledger-checker FOLDER VKEY [PROOFS]")
		os.Exit(2)
	}
	count, err := check(os.Args[1], os.Args[2])
	if err == nil && len(os.Args) == 4 {
		err = checkProofs(os.Args[1], os.Args[2], os.Args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "not good:", err)
		os.Exit(1)
	}
	fmt.Printf("good: %d leaves\n", count)
}

func check(folder, vkey string) (int64, error) {
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return 0, err
	}
	tree, err := openCheckpoint(signed, vkey)
	if err != nil {
		return 0, err
	}
	hashes := tlog.TileHashReader(tree, tiles(folder))
	for first := int64(0); first < tree.N; first += width {
		n := tree.N - first
		if n > width {
			n = width
		}
		leaves, err := entries(folder, first/width, int(n))
		if err != nil {
			return 0, err
		}
		indexes := make([]int64, n)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		stored, err := hashes.ReadHashes(indexes)
		if err != nil {
			return 0, err
		}
		for i, leaf := range leaves {
			index := first + int64(i)
			if stored[i] != tlog.RecordHash(leaf) {
				return 0, fmt.Errorf("leaf %d is not the one whose hash is in the tree", index)
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return 0, fmt.Errorf("proving leaf %d: %v", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
				return 0, fmt.Errorf("leaf %d: %v", index, err)
			}
		}
	}
	return tree.N, nil
}

func openCheckpoint(signed []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("checkpoint: not the three lines of a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return tlog.Tree{}, fmt.Errorf("checkpoint: size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: root %q", lines[2])
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

// witness is a note.Verifier for C2SP tlog-cosignature: Ed25519, type 4, eight bytes of time before the signature.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	at   *uint64
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	*w.at = binary.BigEndian.Uint64(sig)
	return ed25519.Verify(w.key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", *w.at, msg)), sig[8:])
}

func newWitness(vkey string) (witness, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, key64, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(key64)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return witness{}, fmt.Errorf("%q is no witness's key", vkey)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	if fmt.Sprintf("%08x", binary.BigEndian.Uint32(sum[:])) != hash {
		return witness{}, fmt.Errorf("%q does not fit its hash", vkey)
	}
	return witness{name, binary.BigEndian.Uint32(sum[:]), key[1:], new(uint64)}, nil
}

func checkCosigned(folder, vkey, need string, vkeys []string) (string, error) {
	signed, err := os.ReadFile(filepath.Join(folder, "cosigned"))
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(signed, vkey)
	if err != nil {
		return "", err
	}
	wanted, err := strconv.Atoi(need)
	if err != nil {
		return "", err
	}
	var verifiers []note.Verifier
	times := map[string]*uint64{}
	for _, one := range vkeys {
		w, err := newWitness(one)
		if err != nil {
			return "", err
		}
		verifiers = append(verifiers, w)
		times[w.name] = w.at
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return "", fmt.Errorf("cosigned: %v", err)
	}
	if len(opened.Sigs) < wanted {
		return "", fmt.Errorf("%d cosignatures", len(opened.Sigs))
	}
	said := fmt.Sprintf("size %d", tree.N)
	for _, sig := range opened.Sigs {
		said += fmt.Sprintf(", %s at %d", sig.Name, *times[sig.Name])
	}
	root, err := tlog.TreeHash(tree.N, tlog.TileHashReader(tree, tiles(folder)))
	if err != nil || root != tree.Hash {
		return "", fmt.Errorf("the tiles do not give the cosigned root (%v)", err)
	}
	return said, nil
}

// tiles reads tiles by their C2SP names: no height in the path, and "entries" instead of "data".
type tiles string

func (folder tiles) Height() int { return height }

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(wanted))
	for i, tile := range wanted {
		path := tilePath(strconv.Itoa(tile.L), tile.N, tile.W)
		data, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", path, len(data))
		}
		all[i] = data
	}
	return all, nil
}

func tilePath(level string, n int64, w int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	path = "tile/" + level + "/" + path
	if w < width {
		path += ".p/" + strconv.Itoa(w)
	}
	return path
}

func entries(folder string, n int64, w int) ([][]byte, error) {
	path := tilePath("entries", n, w)
	data, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		return nil, err
	}
	leaves := make([][]byte, 0, w)
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s: cut off", path)
		}
		length := int(binary.BigEndian.Uint16(data))
		if length != leafSize {
			return nil, fmt.Errorf("%s: an entry of %d bytes", path, length)
		}
		leaves = append(leaves, data[2:2+length])
		data = data[2+length:]
	}
	if len(leaves) != w {
		return nil, fmt.Errorf("%s: %d entries", path, len(leaves))
	}
	return leaves, nil
}

func checkProofs(folder, vkey, proofs string) error {
	files, err := filepath.Glob(filepath.Join(proofs, "*.tlog-proof"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no proofs in %s", proofs)
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	latest, err := openCheckpoint(signed, vkey)
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := checkProof(folder, vkey, latest.N, text); err != nil {
			return fmt.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
	return nil
}

// checkProof reads a C2SP tlog-proof without an extra line and checks it with tlog.CheckRecord.
func checkProof(folder, vkey string, size int64, text []byte) error {
	head, signed, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return fmt.Errorf("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || index < 0 || index >= size {
		return fmt.Errorf("%q", lines[1])
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return fmt.Errorf("hash %q", line)
		}
		proof = append(proof, *(*tlog.Hash)(hash))
	}
	tree, err := openCheckpoint(signed, vkey)
	if err != nil {
		return err
	}
	w := size - index/width*width
	if w > width {
		w = width
	}
	leaves, err := entries(folder, index/width, int(w))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaves[index%width]))
}
