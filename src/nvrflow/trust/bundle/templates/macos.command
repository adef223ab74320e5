#!/bin/sh
# {{ title }}
# shellcheck disable=SC2317,SC2329
# Made by nvrflow {{ version }}. Needs nothing but macOS. Asks before it changes anything; macOS then asks for your password.
#   open it with a double click, or: sh {{ script }} [--yes]
#   for every user of this computer: sudo sh {{ script }}
set -u
case $0 in */*) cd "${0%/*}" || exit 1 ;; esac

id={{ id }}
host={{ host }}
url={{ url }}
{% if install %}fingerprint={{ fingerprint }}
reach={{ reach }}
{% endif %}failed=0

say() { printf '%s\n' "$*"; }

ask() {
    [ "$yes" = 1 ] && return 0
    printf '%s [yes/no] ' "$1"
    read -r answer || answer=no
    [ "$answer" = yes ] || [ "$answer" = y ]
}

holds() { /usr/bin/security find-certificate -a -Z "$keychain" 2>/dev/null | grep -q "$1"; }

yes=0
case ${1-} in
    '') ;;
    --yes) yes=1 ;;
    *) say "usage: sh {{ script }} [--yes]"; exit 2 ;;
esac
if ! /usr/bin/shasum -a 256 -c SHA256SUMS >/dev/null 2>&1; then
    say "The files in this folder are not as they were made (see SHA256SUMS). Nothing was changed; make the folder anew."
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    keychain=/Library/Keychains/System.keychain
    domain=-d
    record="/Library/Application Support/nvrflow"
else
    keychain=$HOME/Library/Keychains/login.keychain-db
    domain=
    record="$HOME/Library/Application Support/nvrflow"
fi
list="$record/bundle-$id.list"

{% if install %}# What is installed: root or link, the file, SHA-256, SHA-1.
parts() {
{% for part in macos %}  say '{{ part.macos }}|{{ part.file }}|{{ part.sha256 }}|{{ part.sha1 }}'
{% else %}  :
{% endfor %}}

{% for sentence in skipped_macos %}say {{ sentence }}
{% endfor %}{% if not macos %}exit 1
{% endif %}say "The recorder at $url"
say "  This computer will trust it $reach."
say "  Compare with the recorder's own screen (SHA-256):"
say "  $fingerprint"
ask "Is it the same, and shall this computer trust it?" || { say "Nothing was changed."; exit 1; }
mkdir -p "$record"
while IFS='|' read -r use file sha256 sha1; do
    if holds "$sha256"; then say "  $file is there already"; continue; fi
    printf '%s|%s|%s|%s\n' "$use" "$file" "$sha256" "$sha1" >>"$list"
    # shellcheck disable=SC2086
    case $use in
        link) /usr/bin/security add-certificates -k "$keychain" "$file" </dev/null ;;
        *) /usr/bin/security add-trusted-cert $domain -r "$use" -p ssl -p basic -k "$keychain" "$file" </dev/null ;;
    esac
    if holds "$sha256"; then say "  $file put in"; else say "  $file could not be put in"; failed=1; fi
done <<END
$(parts)
END
if [ "$failed" = 1 ]; then say "Not all could be done; over ssh macOS refuses, do it at the computer itself."; exit 1; fi
say "Done. Start the browser again and open $url. To undo: uninstall-macos.command"
{% else %}say "The recorder at $url: what was put in from this folder will be taken out again."
if [ ! -f "$list" ]; then say "Nothing from this folder was put in here by this user."; exit 0; fi
ask "Shall it be taken out?" || { say "Nothing was changed."; exit 1; }
while IFS='|' read -r use file sha256 sha1; do
    if ! holds "$sha256"; then say "  $file is gone already"; continue; fi
    # shellcheck disable=SC2086
    [ "$use" = link ] || /usr/bin/security remove-trusted-cert $domain "$file" </dev/null
    /usr/bin/security delete-certificate -Z "$sha1" "$keychain" </dev/null
    if holds "$sha256"; then say "  $file could not be taken out"; failed=1; else say "  $file taken out"; fi
done <"$list"
if [ "$failed" = 1 ]; then say "Not all could be taken out."; exit 1; fi
rm -f "$list"
say "Done. Start the browser again."
{% endif %}
