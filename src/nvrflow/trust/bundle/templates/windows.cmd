@echo off
rem {{ title }}
rem Made by nvrflow {{ version }}. Starts {{ script }} beside it with Windows' own PowerShell.
"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass -File "%~dp0{{ script }}" %*
set result=%ERRORLEVEL%
if "%~1"=="" pause
exit /b %result%
