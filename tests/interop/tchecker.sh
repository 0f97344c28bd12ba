#!/bin/sh
# Makes the command FOLDER/tck-reach out of the package tcheckerpy: `sh tests/interop/tchecker.sh FOLDER`, then set
# TCK_REACH to FOLDER/tck-reach for the tests and benchmarks that ask TChecker. Where the machine's C library is too
# old for it, that of Debian 13 is unpacked beside it and used for this command alone. Nothing is installed.
set -eu
version=2026.8.17.9.56.0
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cp "$(dirname "$0")/tck_reach.py" "$folder/tck_reach.py"
python=$(readlink -f "$(command -v "${PYTHON:-python3}")")
library=$folder/package/tcheckerpy/libtchecker.so
loader=

"$python" -m pip install --quiet --no-deps --upgrade --target "$folder/package" "tcheckerpy==$version"
if ! "$python" -c "import ctypes; ctypes.CDLL('$library')" 2> "$folder/why"; then
    echo "the library does not load here ($(tail -n 1 "$folder/why")): taking the C library of Debian 13"
    site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' | head -n 1)
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/debs"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site trixie main" > "$folder/apt/sources.list"
    : > "$folder/apt/status"
    cat > "$folder/apt/apt.conf" << CONF
Dir::State "$folder/apt";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt/cache";
Dir::Etc::sourcelist "$folder/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "";
CONF
    export APT_CONFIG="$folder/apt/apt.conf"
    apt-get update -qq
    (cd "$folder/debs" && apt-get download -qq libc6 libstdc++6 libgcc-s1)
    for package in "$folder"/debs/*.deb; do dpkg -x "$package" "$folder/root"; done
    start=$(find "$folder/root/usr/lib" -name 'ld-linux*.so.*' -path '*-linux-gnu*' | head -n 1)
    ours=$(dirname "$start")
    loader="'$start' --library-path '$ours:/usr/lib/$(basename "$ours")'"
fi
printf '#!/bin/sh\nexec %s "%s" "%s" "%s" "$@"\n' "$loader" "$python" "$folder/tck_reach.py" "$library" > "$folder/tck-reach"
chmod +x "$folder/tck-reach"
echo "$folder/tck-reach"
