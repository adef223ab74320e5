# {{ title }}
# Made by nvrflow {{ version }}. Needs nothing but Windows (PowerShell 5.1). Asks before it changes anything.
#   {{ script_cmd }}             for this user; Windows then shows its Security Warning: Yes
#   {{ script_cmd }} -Machine    for every user, from a console opened as administrator
#   -Yes                         do not ask
param([switch]$Yes, [switch]$Machine)
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot

$id = {{ id_ps }}
$hostName = {{ host_ps }}
$url = {{ url_ps }}
$fingerprint = {{ fingerprint_ps }}
$reach = {{ reach_ps }}
$parts = @(
{% for part in windows %}    @{ Store = '{{ part.windows }}'; File = '{{ part.file_windows }}'; Sha256 = '{{ part.sha256 }}' }
{% endfor %})

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
        Write-Host "$($part.File) is not as it was made. Nothing was changed; make the folder anew."
        exit 1
    }
    $part.Certificate = $certificate
}
$base = if ($Machine) { $env:ProgramData } else { $env:LOCALAPPDATA }
$record = Join-Path $base 'nvrflow'
$list = Join-Path $record "bundle-$id.list"

{% if install %}{% for sentence in skipped_windows_ps %}Write-Host {{ sentence }}
{% endfor %}{% if not windows %}exit 1
{% endif %}Write-Host "The recorder at $url"
Write-Host "  This computer will trust it $reach."
Write-Host "  Compare with the recorder's own screen (SHA-256):"
Write-Host "  $fingerprint"
if (-not (Confirm-Person 'Is it the same, and shall this computer trust it?')) { Write-Host 'Nothing was changed.'; exit 1 }
New-Item -ItemType Directory -Force -Path $record | Out-Null
foreach ($part in $parts) {
    if (Find-Held $part) { Write-Host "  $($part.File) is there already"; continue }
    Add-Content -LiteralPath $list -Value "$($part.Store)|$($part.Sha256)"
    try {
        $store = Open-Store $part.Store 'ReadWrite'
        try { $store.Add($part.Certificate) } finally { $store.Close() }
    } catch { Write-Host "  $($part.File): $($_.Exception.Message)" }
    if (-not (Find-Held $part)) { Write-Host "  $($part.File) could not be put in"; exit 1 }
    Write-Host "  $($part.File) put into $($part.Store)"
}
Write-Host "Done. Start the browser again and open $url. To undo: uninstall-windows.cmd"
exit 0
{% else %}Write-Host "The recorder at ${url}: what was put in from this folder will be taken out again ($fingerprint; $reach)."
if (-not (Test-Path -LiteralPath $list)) { Write-Host 'Nothing from this folder was put in here.'; exit 0 }
if (-not (Confirm-Person 'Shall it be taken out?')) { Write-Host 'Nothing was changed.'; exit 1 }
$ours = @(Get-Content -LiteralPath $list)
$failed = $false
foreach ($part in $parts) {
    if ($ours -notcontains "$($part.Store)|$($part.Sha256)") { continue }
    $held = Find-Held $part
    if ($null -eq $held) { Write-Host "  $($part.File) is gone already"; continue }
    $store = Open-Store $part.Store 'ReadWrite'
    try { $store.Remove($held) } finally { $store.Close() }
    if (Find-Held $part) { Write-Host "  $($part.File) could not be taken out"; $failed = $true } else { Write-Host "  $($part.File) taken out" }
}
if ($failed) { Write-Host 'Not all could be taken out.'; exit 1 }
Remove-Item -LiteralPath $list
Write-Host 'Done. Start the browser again.'
exit 0
{% endif %}
