#!/usr/bin/env bash
# FerretDB, the MongoDB-compatible server that the tests of the MongoDB store use, with its SQLite backend only.
# It is built from the Go module, since there is no Debian package. Takes some minutes the first time.
set -euo pipefail

readonly module=github.com/FerretDB/FerretDB version=v1.24.2

if command -v ferretdb >/dev/null; then
  echo "ferretdb is there: $(command -v ferretdb)"
  exit 0
fi
command -v go >/dev/null || { echo 'FerretDB is built with Go: install it first (https://go.dev/dl), 1.24 or newer' >&2; exit 1; }

if [ "$(id -u)" = 0 ]; then
  target=/usr/local/bin
else
  target=$(go env GOBIN)
  target=${target:-$(go env GOPATH)/bin}
fi

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

cd "$work"
json=$(go mod download -json "$module@$version")
source=$(sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p' <<<"$json")
[ -d "$source" ] || { echo "go mod download gave no folder: $json" >&2; exit 1; }
cp -r "$source" "$work/source"
chmod -R u+w "$work/source"
cd "$work/source"

# The module lacks the files that its releases are made with, and a binary without them panics at its start.
echo "$version" >build/version/version.txt
echo unknown >build/version/commit.txt
echo unknown >build/version/branch.txt
echo source >build/version/package.txt

CGO_ENABLED=0 go build -buildvcs=false -trimpath -tags ferretdb_no_postgresql -o "$work/ferretdb" ./cmd/ferretdb
"$work/ferretdb" --version >/dev/null
mkdir -p "$target"
install -m 755 "$work/ferretdb" "$target/ferretdb"
command -v ferretdb >/dev/null || { echo "Installed, but $target is not on the PATH" >&2; exit 1; }
echo "ferretdb installed: $target/ferretdb"
