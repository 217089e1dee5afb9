#!/usr/bin/env bash
# The tour of Esker on a real project: checked, planned, computed, shown, and then edited.
# `make demo` runs it. The project itself is not changed: edits are made in a copy.
set -euo pipefail

esker=$(realpath "${ESKER:-$(command -v esker || true)}" 2>/dev/null) && [ -x "$esker" ] ||
    { echo "demo.sh: set ESKER to the esker binary, or run \`make demo\`" >&2; exit 1; }
cd "$(dirname "$0")"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n# %s\n' "$*"; }

# Shows a command, then runs it.
run() { printf '$ esker %s\n' "$*"; "$esker" "$@"; }

# Replaces a text in a file; it must be there, or the demo no longer shows what it says.
edit() {
    python3 - "$@" <<'PYTHON'
import pathlib, sys
path, old, new = sys.argv[1:]
text = pathlib.Path(path).read_text()
assert old in text, f"{path} does not hold: {old}"
pathlib.Path(path).write_text(text.replace(old, new))
PYTHON
}

say "74,571 flights of 2001 and 3,376 airports. Is the project right? Nothing is run for this."
run check

say "What would be computed, and why?"
run plan

say "Do it. Each batch of days commits together with the record that it is done; the views move at the end, all at once."
run apply --yes

say "What is there now?"
run status

say "The rows, through both versions of the airports."
run show late_airports --limit 10

# The edits are made in a copy.
cp -r esker.toml models data flights.duckdb "$copy"
cd "$copy"

say "Two edits that break something: a promised type changes, and a reader goes over to a version without what it reads."
edit models/airport_days.esk 'sum(delay_minutes)::bigint' 'avg(delay_minutes)'
edit models/reports.esk 'dim_airports, v => 1' 'dim_airports, v => 2'
if run check; then echo "demo.sh: these edits should have been refused" >&2; exit 1; fi
edit models/airport_days.esk 'avg(delay_minutes)' 'sum(delay_minutes)::bigint'
edit models/reports.esk 'dim_airports, v => 2' 'dim_airports, v => 1'

say "An edit that breaks nothing: a flight is late from 30 minutes on. What would be computed again?"
edit models/airport_days.esk '>= 15' '>= 30'
run plan

say "The airports stay as they are: they do not read what changed. Nothing was run; it was only a plan."
