# {{ title }}
# Made by nvrflow {{ version }}. Needs nothing but Windows (PowerShell 5.1). Asks before it changes anything.
#   {{ script_cmd }}             for this user; Windows then shows its Security Warning: Yes
#   {{ script_cmd }} -Machine    for every user, from a console opened as administrator
#   -Yes                         do not ask
param([switch]$Yes, [switch]$Machine)
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot

$id = {{ id_ps }}
$url = {{ url_ps }}
$fingerprint1 = {{ fingerprint_1_ps }}
$fingerprint2 = {{ fingerprint_2_ps }}
$reach = {{ reach_ps }}
$parts = @(
{% for part in windows %}    @{ Store = '{{ part.windows }}'; File = '{{ part.file_windows }}'; Sha256 = '{{ part.sha256 }}' }
{% endfor %})

# A line for a person: at most 79 columns, broken between words; a longer word stays whole.
function Write-Line([string]$text) {
    $line = ' ' * ($text.Length - $text.TrimStart(' ').Length)
    $further = "$line  "
    $empty = $true
    foreach ($word in ($text.Trim() -split ' +')) {
        if ((-not $empty) -and ($line.Length + 1 + $word.Length -gt 79)) { Write-Host $line; $line = $further; $empty = $true }
        if (-not $empty) { $line += ' ' }
        $line += $word
        $empty = $false
    }
    Write-Host $line
}

function Get-Sha256([byte[]]$data) {
    $algorithm = [System.Security.Cryptography.SHA256]::Create()
    try { return ([System.BitConverter]::ToString($algorithm.ComputeHash($data)) -replace '-', '') } finally { $algorithm.Dispose() }
}

function Open-Store([string]$name, [string]$mode) {
    $location = if ($Machine) { 'LocalMachine' } else { 'CurrentUser' }
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store($name, $location)
    $store.Open($mode)
    return $store
}

function Find-Held($part) {
    $store = Open-Store $part.Store 'ReadOnly'
    try {
        foreach ($one in $store.Certificates) { if ((Get-Sha256 $one.RawData) -eq $part.Sha256) { return $one } }
    } finally { $store.Close() }
    return $null
}

function Confirm-Person([string]$question) {
    if ($Yes) { return $true }
    return ((Read-Host "$question [yes/no]") -in @('yes', 'y'))
}

foreach ($part in $parts) {
    $certificate = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2((Join-Path $PSScriptRoot $part.File))
    if ((Get-Sha256 $certificate.RawData) -ne $part.Sha256) {
        Write-Line "$($part.File) has changed since it was made. Nothing was changed on this computer; make the folder again with nvrflow bundle."
        exit 1
    }
    $part.Certificate = $certificate
}
$base = if ($Machine) { $env:ProgramData } else { $env:LOCALAPPDATA }
$record = Join-Path $base 'nvrflow'
$list = Join-Path $record "bundle-$id.list"

{% if install %}{% for sentence in skipped_windows_ps %}Write-Line {{ sentence }}
{% endfor %}{% if not windows %}exit 1
{% endif %}Write-Line "The recorder at $url"
Write-Line "  This computer will trust it $reach."
Write-Line "  Compare with the recorder's own screen (SHA-256):"
Write-Line "  $fingerprint1"
Write-Line "  $fingerprint2"
if (-not (Confirm-Person 'Is it the same, and should this computer trust it?')) { Write-Line 'Nothing was changed.'; exit 1 }
New-Item -ItemType Directory -Force -Path $record | Out-Null
foreach ($part in $parts) {
    if (Find-Held $part) { Write-Line "  $($part.File) is already installed"; continue }
    Add-Content -LiteralPath $list -Value "$($part.Store)|$($part.Sha256)"
    try {
        $store = Open-Store $part.Store 'ReadWrite'
        try { $store.Add($part.Certificate) } finally { $store.Close() }
    } catch { Write-Line "  $($part.File): $($_.Exception.Message)" }
    if (-not (Find-Held $part)) { Write-Line "  $($part.File) could not be installed"; exit 1 }
    Write-Line "  $($part.File) installed into $($part.Store)"
}
Write-Line "Done. Start the browser again and open $url. To undo this: uninstall-windows.cmd"
exit 0
{% else %}Write-Line "The recorder at ${url}: everything that was installed from this folder will be removed (trust $reach)."
if (-not (Test-Path -LiteralPath $list)) { Write-Line 'Nothing from this folder is installed here.'; exit 0 }
if (-not (Confirm-Person 'Remove it?')) { Write-Line 'Nothing was changed.'; exit 1 }
$ours = @(Get-Content -LiteralPath $list)
$failed = $false
foreach ($part in $parts) {
    if ($ours -notcontains "$($part.Store)|$($part.Sha256)") { continue }
    $held = Find-Held $part
    if ($null -eq $held) { Write-Line "  $($part.File) is already gone"; continue }
    $store = Open-Store $part.Store 'ReadWrite'
    try { $store.Remove($held) } finally { $store.Close() }
    if (Find-Held $part) { Write-Line "  $($part.File) could not be removed"; $failed = $true } else { Write-Line "  $($part.File) removed" }
}
if ($failed) { Write-Line 'Not everything could be removed; see the lines above.'; exit 1 }
Remove-Item -LiteralPath $list
Write-Line 'Done. Start the browser again.'
exit 0
{% endif %}
