#!/bin/sh
# {{ title }}
# shellcheck disable=SC2317,SC2329
# Made by nvrflow {{ version }}. Needs nothing but macOS. Asks before it changes anything; macOS then asks for your password.
#   open it with a double click, or: sh {{ script }} [--yes]
#   for every user of this computer: sudo sh {{ script }}
set -u
case $0 in */*) cd "${0%/*}" || exit 1 ;; esac

id={{ id }}
url={{ url }}
{% if install %}fingerprint_1={{ fingerprint_1 }}
fingerprint_2={{ fingerprint_2 }}
reach={{ reach }}
{% endif %}failed=0

# A line for a person. At a terminal it has at most 79 columns and is broken between words; a longer word stays whole.
say() {
    if [ -t 1 ] && command -v awk >/dev/null 2>&1; then
        printf '%s\n' "$*" | awk '{
            match($0, /^ */); line = substr($0, 1, RLENGTH); further = line "  "; empty = 1
            for (word = 1; word <= NF; word++) {
                if (!empty && length(line) + 1 + length($word) > 79) { print line; line = further; empty = 1 }
                line = line (empty ? "" : " ") $word; empty = 0
            }
            print line
        }'
    else
        printf '%s\n' "$*"
    fi
}

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
    say "The files in this folder have changed since they were made (see SHA256SUMS). Nothing was changed on this computer; make the folder again with nvrflow bundle."
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

{% if install %}# What is installed: its use (root or link), the file, SHA-256, SHA-1.
parts() {
{% for part in macos %}  printf '%s\n' '{{ part.macos }}|{{ part.file }}|{{ part.sha256 }}|{{ part.sha1 }}'
{% else %}  :
{% endfor %}}

{% for sentence in skipped_macos %}say {{ sentence }}
{% endfor %}{% if not macos %}exit 1
{% endif %}say "The recorder at $url"
say "  This computer will trust it $reach."
say "  Compare with the recorder's own screen (SHA-256):"
say "  $fingerprint_1"
say "  $fingerprint_2"
ask "Is it the same, and should this computer trust it?" || { say "Nothing was changed."; exit 1; }
mkdir -p "$record"
while IFS='|' read -r use file sha256 sha1; do
    if holds "$sha256"; then say "  $file is already installed"; continue; fi
    printf '%s|%s|%s|%s\n' "$use" "$file" "$sha256" "$sha1" >>"$list"
    # shellcheck disable=SC2086
    case $use in
        link) /usr/bin/security add-certificates -k "$keychain" "$file" </dev/null ;;
        *) /usr/bin/security add-trusted-cert $domain -r "$use" -p ssl -p basic -k "$keychain" "$file" </dev/null ;;
    esac
    if holds "$sha256"; then say "  $file installed"; else say "  $file could not be installed"; failed=1; fi
done <<END
$(parts)
END
if [ "$failed" = 1 ]; then say "Not everything could be installed. Over ssh macOS refuses this; run the script at the computer itself."; exit 1; fi
say "Done. Start the browser again and open $url. To undo this: uninstall-macos.command"
{% else %}say "The recorder at $url: everything that was installed from this folder will be removed."
if [ ! -f "$list" ]; then say "This user has installed nothing from this folder."; exit 0; fi
ask "Remove it?" || { say "Nothing was changed."; exit 1; }
while IFS='|' read -r use file sha256 sha1; do
    if ! holds "$sha256"; then say "  $file is already gone"; continue; fi
    # shellcheck disable=SC2086
    [ "$use" = link ] || /usr/bin/security remove-trusted-cert $domain "$file" </dev/null
    /usr/bin/security delete-certificate -Z "$sha1" "$keychain" </dev/null
    if holds "$sha256"; then say "  $file could not be removed"; failed=1; else say "  $file removed"; fi
done <"$list"
if [ "$failed" = 1 ]; then say "Not everything could be removed; see the lines above."; exit 1; fi
rm -f "$list"
say "Done. Start the browser again."
{% endif %}
