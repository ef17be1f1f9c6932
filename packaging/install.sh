#!/bin/sh
# Installs facioctl from this archive, or from one that is given, after checking it.
#
#   ./install.sh [--system | --user] [--prefix DIRECTORY]     from the unpacked archive around this file
#   install.sh --archive FILE.tar.gz [--key PUBLIC_KEY] …     from an archive with SHA256SUMS (and SHA256SUMS.minisig) beside it
#   install.sh --uninstall [--system | --user] [--prefix DIRECTORY]
#
# --user is the default unless root calls it: ~/.local. --system is /usr/local. With --key, the signature of the checksums is checked by
# minisign; it is the text of a public key, or a file. Configuration, tokens and data stay when it is uninstalled.
set -eu

fail() { echo "install.sh: $1" >&2; exit "${2-1}"; }
who=
prefix='' archive='' key='' remove=no
while [ $# -gt 0 ]; do
  case $1 in
    --system | --user) who=${1#--} ;;
    --prefix | --archive | --key)
      [ $# -gt 1 ] || fail "$1 needs a value" 2
      case $1 in --prefix) prefix=$2 ;; --archive) archive=$2 ;; --key) key=$2 ;; esac
      shift ;;
    --uninstall) remove=yes ;;
    -h | --help) sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit ;;
    *) fail "unknown argument $1; try --help" 2 ;;
  esac
  shift
done
[ -n "$who" ] || { if [ "$(id -u)" = 0 ]; then who=system; else who=user; fi; }
if [ -z "$prefix" ]; then
  if [ "$who" = system ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
fi
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
# What was installed, one path a line: that alone is removed.
list=$prefix/share/facioctl/installed
case $who in
  system) units=$prefix/lib/systemd/system ;;
  user) units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user ;;
esac

uninstall() {
  [ -f "$list" ] || return 1
  while IFS= read -r path; do rm -f "$path"; done < "$list"
  # Directories that nobody else uses go, too.
  sed 's#/[^/]*$##' "$list" | sort -ru | while IFS= read -r directory; do rmdir -p "$directory" 2> /dev/null || :; done
  rm -f "$list"
  rmdir -p "${list%/*}" 2> /dev/null || :
}
if [ "$remove" = yes ]; then
  uninstall || fail "nothing of facioctl is installed below $prefix" 5
  echo "facioctl was removed from $prefix; configuration, tokens and data stay"
  exit
fi

# Checks a file by the checksums beside it, and these by their signature.
verify() {
  file=$1 sums=$(dirname "$1")/SHA256SUMS
  [ -f "$file" ] || fail "there is no $file" 5
  [ -f "$sums" ] || fail "$sums is missing: the archive cannot be checked" 16
  if [ -n "$key" ]; then
    command -v minisign > /dev/null || fail "minisign is needed to check the signature"
    if [ -f "$key" ]; then set -- -p "$key"; else set -- -P "$key"; fi
    minisign -V -q "$@" -m "$sums" || fail "the signature of $sums is wrong: it is not what was released" 16
  else
    echo "note: without --key the signature is not checked, only the checksum" >&2
  fi
  wanted=$(awk -v name="$(basename "$file")" '$2 == name { print $1 }' "$sums")
  [ -n "$wanted" ] || fail "$sums does not name $(basename "$file")" 16
  [ "$(sha256sum < "$file" | cut -d ' ' -f 1)" = "$wanted" ] || fail "$file is damaged: its checksum is not that of $sums" 16
}

if [ -n "$archive" ]; then
  verify "$archive"
  unpacked=$(mktemp -d)
  trap 'rm -rf "$unpacked"' EXIT
  tar -C "$unpacked" --no-same-owner --strip-components=1 -xzf "$archive"
  here=$unpacked
else
  here=$(cd "$(dirname "$0")" && pwd)
fi
[ -f "$here/files.sha256" ] || fail "this is not the unpacked archive; try --help" 5
(cd "$here" && sha256sum --quiet -c files.sha256 > /dev/null 2>&1) || fail "the archive is damaged: a file is not as its checksum says" 16
"$here/files/bin/facioctl" --version > /dev/null 2>&1 ||
  fail "the program does not run here: it needs Linux on this processor and glibc 2.36 or newer"

uninstall || :  # an older version, whose files may have other names
mkdir -p "${list%/*}"
: > "$list.new"
# Copies a file to its place and notes that.
place() {
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.new" && chmod "$3" "$2.new" && mv "$2.new" "$2"
  echo "$2" >> "$list.new"
}
cd "$here/files"
find bin libexec share -type f | sort > "$list.names"
while IFS= read -r name; do
  case $name in bin/* | libexec/*) mode=755 ;; *) mode=644 ;; esac
  place "$name" "$prefix/$name" "$mode"
done < "$list.names"
rm -f "$list.names"
if [ "$who" = system ]; then
  for unit in lib/systemd/system/*; do
    sed "s#/usr/bin/facioctl#$prefix/bin/facioctl#; s#/usr/libexec/#$prefix/libexec/#" "$unit" > "$list.unit"
    place "$list.unit" "$units/${unit##*/}" 644
  done
else
  sed "s#%h/.local/bin/facioctl#$prefix/bin/facioctl#" "$here/facioctl-serve.user.service" > "$list.unit"
  place "$list.unit" "$units/facioctl-serve.service" 644
fi
rm -f "$list.unit"
mv "$list.new" "$list"
echo "facioctl is installed: $prefix/bin/facioctl"
case :$PATH: in *":$prefix/bin:"*) ;; *) echo "note: $prefix/bin is not in your PATH" >&2 ;; esac
