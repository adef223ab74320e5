#!/bin/sh
# {{ title }}
# shellcheck disable=SC2317,SC2329
# Made by nvrflow {{ version }}. Needs nothing but the system's own tools. Asks before it changes anything.
#   as yourself:  sh {{ script }}          the browsers of this user (Chromium, Chrome, Edge, Firefox)
#   as root:      sudo sh {{ script }}     the system store (curl, Python and others; not the browsers)
#   --yes         do not ask
set -u
umask 077
LC_ALL=C
export LC_ALL
case $0 in */*) cd "${0%/*}" || exit 1 ;; esac

id={{ id }}
url={{ url }}
{% if install %}host={{ host }}
fingerprint_1={{ fingerprint_1 }}
fingerprint_2={{ fingerprint_2 }}
reach={{ reach }}
new_rule=146
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

tool() {
    command -v "$1" 2>/dev/null && return 0
    for folder in /usr/sbin /sbin /usr/local/sbin; do
        [ -x "$folder/$1" ] && printf '%s\n' "$folder/$1" && return 0
    done
    return 1
}

limited() { timeout 120 "$@" </dev/null; }

body() { sed -e 's/\r$//' "$1" | sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' | tr -d '\n'; }

ask() {
    [ "$yes" = 1 ] && return 0
    printf '%s [yes/no] ' "$1"
    read -r answer || answer=no
    [ "$answer" = yes ] || [ "$answer" = y ]
}

# Whether a nickname is in a database, and whether it is that of the certificate in a file. certutil shows all
# certificates of one subject under each of their nicknames, so both must be checked.
nicknames() { limited "$certutil" -L -d "sql:$1" 2>/dev/null | sed -n 's/^\(.*[^ ]\)  *[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]* *$/\1/p'; }

holds() {
    case $(limited "$certutil" -L -d "sql:$1" -n "$2" -a 2>/dev/null | tr -d '\r\n') in
        *"$(body "$3")"*) return 0 ;;
    esac
    return 1
}

ours() { nicknames "$1" | grep -qxF "$2" && holds "$1" "$2" "$3"; }

{% if install %}system_folder() {
    if [ -d /etc/pki/ca-trust/source/anchors ]; then printf '%s\n' '/etc/pki/ca-trust/source/anchors|pem'
    elif [ -d /usr/local/share/ca-certificates ] && tool update-ca-certificates >/dev/null; then
        printf '%s\n' '/usr/local/share/ca-certificates|crt'
    elif [ -d /etc/ca-certificates/trust-source/anchors ]; then printf '%s\n' '/etc/ca-certificates/trust-source/anchors|pem'
    elif [ -d /etc/pki/trust/anchors ]; then printf '%s\n' '/etc/pki/trust/anchors|pem'
    fi
}

{% endif %}# Make the system read its folder again; Debian removes deleted certificates only with --fresh.
read_folder() {
    case $1 in
        /etc/pki/ca-trust/*) limited "$(tool update-ca-trust)" extract ;;
        /usr/local/share/*) if [ "$2" = gone ]; then limited "$(tool update-ca-certificates)" --fresh; else limited "$(tool update-ca-certificates)"; fi ;;
        /etc/ca-certificates/*) limited "$(tool trust)" extract-compat ;;
        *) limited "$(tool update-ca-certificates)" ;;
    esac >/dev/null 2>&1
}

# Java does not apply name constraints, so Debian's copy for Java is removed.
without_java() {
    keytool=$(tool keytool) || return 0
    [ -f /etc/ssl/certs/java/cacerts ] || return 0
    limited "$keytool" -delete -keystore /etc/ssl/certs/java/cacerts -storepass changeit -alias "debian:${1%.crt}.pem" >/dev/null 2>&1
    return 0
}

yes=0
case ${1-} in
    '') ;;
    --yes) yes=1 ;;
    *) say "usage: sh {{ script }} [--yes]"; exit 2 ;;
esac

if command -v sha256sum >/dev/null 2>&1 && ! sha256sum -c SHA256SUMS >/dev/null 2>&1; then
    say "The files in this folder have changed since they were made (see SHA256SUMS). Nothing was changed on this computer; make the folder again with nvrflow bundle."
    exit 1
fi
if [ "$(id -u)" = 0 ]; then record=/var/lib/nvrflow; else record="${XDG_STATE_HOME:-$HOME/.local/state}/nvrflow"; fi
list="$record/bundle-$id.list"

{% if install %}# What is installed, one line each: its trust flags, the file, the first digits of its SHA-256.
parts_nss_chromium() {
{% for part in chromium %}  printf '%s\n' '{{ part.flags }}|{{ part.file }}|{{ part.short }}'
{% else %}  :
{% endfor %}}
parts_nss_firefox() {
{% for part in firefox %}  printf '%s\n' '{{ part.flags }}|{{ part.file }}|{{ part.short }}'
{% else %}  :
{% endfor %}}
parts_system() {
{% for part in openssl %}  printf '%s\n' '|{{ part.file }}|{{ part.short }}'
{% else %}  :
{% endfor %}}

# The folders of Chromium's databases: the old folder if it exists, otherwise the folder used since version 146.
chromium_folders() {
    old="$HOME/.pki/nssdb"
    new="${XDG_DATA_HOME:-$HOME/.local/share}/pki/nssdb"
    if [ -d "$old" ]; then printf '%s\n' "$old"; else
        seen=0
        recent=0
        for browser in chromium chromium-browser google-chrome-stable google-chrome microsoft-edge-stable brave-browser; do
            path=$(tool "$browser") || continue
            major=$(timeout 10 "$path" --version 2>/dev/null </dev/null | sed -n 's/^[^0-9]*\([0-9][0-9]*\)\..*/\1/p' | head -n 1)
            [ -n "$major" ] || continue
            seen=1
            [ "$major" -ge "$new_rule" ] && recent=1
        done
        if [ "$seen" = 1 ] && [ "$recent" = 0 ]; then printf '%s\n' "$old"; else printf '%s\n' "$new"; fi
    fi
    for base in "$HOME/snap/chromium/current" "$HOME"/.var/app/com.google.Chrome "$HOME"/.var/app/org.chromium.Chromium \
        "$HOME"/.var/app/com.microsoft.Edge "$HOME"/.var/app/com.brave.Browser; do
        [ -d "$base" ] || continue
        if [ -d "$base/.pki/nssdb" ]; then printf '%s\n' "$base/.pki/nssdb"; else
            case $base in
                */snap/*) printf '%s\n' "$base/.local/share/pki/nssdb" ;;
                *) printf '%s\n' "$base/data/pki/nssdb" ;;
            esac
        fi
    done
}

firefox_folders() {
    first="$HOME/.mozilla/firefox"
    [ -d "$first" ] || first="${XDG_CONFIG_HOME:-$HOME/.config}/mozilla/firefox"
    for base in "$first" "$HOME/snap/firefox/common/.mozilla/firefox" "$HOME/.var/app/org.mozilla.firefox/.mozilla/firefox" \
        "$HOME/.var/app/org.mozilla.firefox/config/mozilla/firefox"; do
        [ -f "$base/profiles.ini" ] || continue
        sed -e 's/\r$//' -n -e 's/^Path=//p' "$base/profiles.ini" | while IFS= read -r path; do
            case $path in /*) profile=$path ;; *) profile=$base/$path ;; esac
            [ -f "$profile/cert9.db" ] && printf '%s\n' "$profile"
        done
    done
}

install_nss() {
    folder=$1 parts=$2 creatable=$3
    if [ ! -f "$folder/cert9.db" ]; then
        [ "$creatable" = 1 ] || return 0
        mkdir -p "$folder"
        if ! limited "$certutil" -N --empty-password -d "sql:$folder" >/dev/null; then failed=1; return 0; fi
    fi
    $parts | while IFS='|' read -r flags file short; do
        nickname="nvrflow $host $short"
        there=$(nicknames "$folder" | while IFS= read -r one; do if holds "$folder" "$one" "$file"; then echo there; break; fi; done)
        if [ -n "$there" ]; then say "  $folder: $file is already installed"; continue; fi
        printf 'nss|%s|%s|%s\n' "$folder" "$nickname" "$file" >>"$list"
        if limited "$certutil" -A -d "sql:$folder" -t "$flags" -n "$nickname" -i "$file" >/dev/null 2>&1 && ours "$folder" "$nickname" "$file"; then
            say "  $folder: $file installed"
        else
            limited "$certutil" -D -d "sql:$folder" -n "$nickname" >/dev/null 2>&1
            say "  $folder: $file could not be installed; close the browser, and remove a primary password for the installation"
            exit 1
        fi
    done || failed=1
}

install_system() {
    IFS='|' read -r folder ending <<END
$(system_folder)
END
    if [ -z "$folder" ]; then say "This script does not know this system's trust store."; failed=1; return; fi
    umask 022
    parts_system | while IFS='|' read -r use file short; do
        target="$folder/nvrflow-$host-$short.$ending"
        if [ -f "$target" ]; then say "  $target is already installed"; continue; fi
        printf 'file|%s|%s|%s\n' "$target" "$use" "$file" >>"$list"
        if cp "$file" "$target" && chmod 644 "$target"; then say "  $target installed"; else exit 1; fi
    done || failed=1
    read_folder "$folder" new || failed=1
    parts_system | while IFS='|' read -r use file short; do without_java "nvrflow-$host-$short.$ending"; done
}

say "The recorder at $url"
say "  This computer will trust it $reach."
if [ "$(id -u)" = 0 ]; then say "  As root, this installs for curl, Python and other programs; browsers do not read that store."; fi
say "  Compare with the recorder's own screen (SHA-256):"
say "  $fingerprint_1"
say "  $fingerprint_2"
ask "Is it the same, and should this computer trust it?" || { say "Nothing was changed."; exit 1; }
mkdir -p "$record"
if [ "$(id -u)" = 0 ]; then
    install_system
elif certutil=$(tool certutil); then
    chromium_folders | { while IFS= read -r folder; do install_nss "$folder" parts_nss_chromium 1; done; exit $failed; } || failed=1
    firefox_folders | { while IFS= read -r folder; do install_nss "$folder" parts_nss_firefox 0; done; exit $failed; } || failed=1
else
    say "NSS's certutil is missing: apt-get install libnss3-tools (Fedora: nss-tools, Arch: nss, openSUSE: mozilla-nss-tools)"
    failed=1
fi
{% for sentence in skipped_linux %}say {{ sentence }}
{% endfor %}if [ "$failed" = 1 ]; then say "Not everything could be installed; see the lines above."; exit 1; fi
if [ "$(id -u)" = 0 ]; then
    say "Done: curl, Python and other programs of this computer trust the recorder. Browsers do not read this store."
    say "For the browsers, run it again as yourself, without sudo: sh {{ script }}. To undo this: sudo sh uninstall-linux.sh"
else
    say "Done. Start the browser again and open $url. To undo this: sh uninstall-linux.sh"
fi
exit 0
{% else %}uninstall_nss() {
    folder=$1 nickname=$2 file=$3
    [ -f "$folder/cert9.db" ] || return 0
    if ! ours "$folder" "$nickname" "$file"; then say "  $folder: $file is already gone"; return 0; fi
    limited "$certutil" -D -d "sql:$folder" -n "$nickname" >/dev/null 2>&1
    if ours "$folder" "$nickname" "$file"; then say "  $folder: $nickname could not be removed; close the browser and run this again"; return 1; fi
    say "  $folder: $nickname removed"
}

uninstall_system() {
    target=$1 file=$2
    if [ ! -f "$target" ]; then say "  $target is already gone"; return 0; fi
    if [ "$(body "$target")" != "$(body "$file")" ]; then say "  $target has other content now and is kept"; return 0; fi
    rm -f "$target" && say "  $target removed"
}

say "The recorder at $url: everything that was installed from this folder will be removed."
if [ ! -f "$list" ]; then say "This user has installed nothing from this folder."; exit 0; fi
ask "Remove it?" || { say "Nothing was changed."; exit 1; }
certutil=$(tool certutil) || certutil=/usr/bin/certutil
system=
while IFS='|' read -r kind place nickname file; do
    case $kind in
        nss) uninstall_nss "$place" "$nickname" "$file" || failed=1 ;;
        file) uninstall_system "$place" "$file" || failed=1; system=${place%/*} ;;
    esac
done <"$list"
if [ -n "$system" ]; then
    umask 022
    read_folder "$system" gone || failed=1
    while IFS='|' read -r kind place nickname file; do [ "$kind" = file ] && without_java "${place##*/}"; done <"$list"
fi
if [ "$failed" = 1 ]; then say "Not everything could be removed; see the lines above."; exit 1; fi
rm -f "$list"
if [ "$(id -u)" = 0 ]; then say "Done."; else say "Done. Start the browser again."; fi
exit 0
{% endif %}
