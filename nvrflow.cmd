@echo off
rem nvrflow from a checkout on Windows: sets up .venv beside this file on first use, then runs the real command.
rem Written with care, but not run by its authors: they had no Windows. Please report what does not work.
setlocal
set "TOP=%~dp0"
set "VENV=%TOP%.venv"
if exist "%VENV%\nvrflow-ready.txt" (
    fc /b "%VENV%\nvrflow-ready.txt" "%TOP%requirements.lock" >nul 2>nul && goto run
)
set "PYTHON="
for %%P in (py.exe) do if not "%%~$PATH:P"=="" set "PYTHON=py -3"
if not defined PYTHON for %%P in (python.exe) do if not "%%~$PATH:P"=="" set "PYTHON=python"
if not defined PYTHON (
    echo nvrflow: Python 3.11 or newer is needed; install it from the Microsoft Store or python.org 1>&2
    exit /b 2
)
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" || (
    echo nvrflow: Python 3.11 or newer is needed 1>&2
    exit /b 2
)
echo nvrflow: setting up %VENV% (first use; this takes a minute) ... 1>&2
if not exist "%VENV%\Scripts\python.exe" %PYTHON% -m venv "%VENV%" 1>&2 || exit /b 1
"%VENV%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --require-hashes -r "%TOP%requirements.lock" 1>&2 || exit /b 1
"%VENV%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e "%TOP%." 1>&2 || exit /b 1
copy /b /y "%TOP%requirements.lock" "%VENV%\nvrflow-ready.txt" >nul
:run
"%VENV%\Scripts\nvrflow.exe" %*
exit /b %ERRORLEVEL%
