#!/usr/bin/env bash
# Finds a PowerShell and hands its arguments to build.ps1:
#   ./build.sh [Build|Test|Demo|Try|Analyze|Clean|Package|Bench|Help] [options of build.ps1]
# Without any PowerShell, `./build.sh Test` runs the xunit suites alone.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# A closed standard input would give its number to the next file that is opened.
if [ "${CI:-}" = true ] || ! { true <&0; } 2>/dev/null; then
    exec </dev/null
fi

# .NET keeps its first-run files and packages below HOME; where there is none to write to, they stay in the tree.
if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
    export HOME="$root/out/home"
    mkdir -p "$HOME"
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off

if ! command -v dotnet >/dev/null 2>&1; then
    echo 'The .NET SDK is not on the PATH. Install .NET SDK 10 (https://dotnet.microsoft.com/download) and run this again.' >&2
    exit 1
fi

if command -v pwsh >/dev/null 2>&1; then
    exec pwsh -NoLogo -NoProfile -NonInteractive -File "$root/build.ps1" "$@"
fi

cd "$root"
if dotnet tool restore >/dev/null 2>&1; then
    exec dotnet tool run pwsh -- -NoLogo -NoProfile -NonInteractive -File "$root/build.ps1" "$@"
fi

echo 'There is no pwsh on the PATH, and the PowerShell tool of .config/dotnet-tools.json could not be restored.' >&2

case "${1:-Build}" in
    [Tt]est) ;;
    [Bb]uild)
        echo 'build.ps1 lays out the module and needs PowerShell; without it only the projects are compiled.' >&2
        exec dotnet build Ojin.sln --configuration Release --nologo --verbosity quiet
        ;;
    *)
        echo "'$1' needs PowerShell 7.4 or later. Install it (https://aka.ms/powershell) and run this again." >&2
        exit 1
        ;;
esac

if [ "${CI:-}" = true ]; then
    # Compilers and build nodes that stay behind hold the log of a build server open.
    export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
fi

# The number of an attribute in the counters of a trx file.
counter() { sed -n "s/.*<Counters[^>]*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

results="$root/out/test-results"
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0 skipped=0 broken=0
if ! dotnet build Ojin.sln --configuration Release --nologo --verbosity quiet >"$results/build.log" 2>&1; then
    cat "$results/build.log"
    exit 1
fi
for suite in Ojin.Client.Tests Ojin.Conventions.Tests; do
    echo "== $suite"
    status=0
    dotnet test "tests/$suite" --configuration Release --no-build --nologo --verbosity quiet \
        --results-directory "$results" --logger "trx;LogFileName=$suite.trx" --logger 'console;verbosity=normal' \
        >"$results/$suite.log" 2>&1 || status=$?
    trx="$results/$suite.trx"
    if [ ! -f "$trx" ]; then
        cat "$results/$suite.log"
        echo "FAILED $suite: it ended with code $status and left no results."
        broken=$((broken + 1))
        continue
    fi
    total="$(counter "$trx" total)" p="$(counter "$trx" passed)" f="$(counter "$trx" failed)"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + total - p - f))
    if [ "$status" -ne 0 ]; then
        cat "$results/$suite.log"
        if [ "$f" -eq 0 ]; then
            echo "FAILED $suite: it ended with code $status though no test failed."
            broken=$((broken + 1))
        fi
    fi
done

failed=$((failed + broken))
echo
echo 'The Pester suite did not run: it tests the built module in a real PowerShell, and there is none to be had here.'
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
