@echo off
rem nvrflow from a checkout on Windows: sets up .venv beside this file on first use, then runs the real command.
rem   nvrflow COMMAND ...      any command of nvrflow
rem   nvrflow test [ARGS ...]  lint, types and the whole test suite, side by side (ARGS go to pytest; -n 0: one after the other)
rem Written with care, but not run by its authors: they had no Windows. Please report what does not work.
setlocal
set "TOP=%~dp0"
set "VENV=%TOP%.venv"
set "LOCK=%TOP%requirements.lock"
set "MARK=%VENV%\nvrflow-run"
if exist "%VENV%\nvrflow-test.lock" set "LOCK=%TOP%requirements-dev.lock"& set "MARK=%VENV%\nvrflow-test"
if "%~1"=="test" set "LOCK=%TOP%requirements-dev.lock"& set "MARK=%VENV%\nvrflow-test"

rem Set up already, and at this very place? The lock file and the project are kept as they were then.
set "MADE="
if exist "%VENV%\nvrflow-made.txt" set /p MADE=<"%VENV%\nvrflow-made.txt"
if /i not "%MADE%"=="%VENV%" goto setup
fc /b "%MARK%.lock" "%LOCK%" >nul 2>nul || goto setup
fc /b "%MARK%.toml" "%TOP%pyproject.toml" >nul 2>nul || goto setup
goto run

:setup
rem The password is for nvrflow alone: the tools of the set-up do not inherit it.
setlocal
set "NVRFLOW_PASSWORD="
set "PYTHON=python"
where py >nul 2>nul && set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if errorlevel 1 (
    echo nvrflow: Python 3.11 or newer is needed and was not found; type: winget install Python.Python.3.13 1>&2
    exit /b 2
)
echo nvrflow: setting up %VENV% ^(first use, or a changed lock file; this takes a minute^) ... 1>&2
set "CLEAR=--clear"
if /i "%MADE%"=="%VENV%" set "CLEAR="
del /q "%VENV%\nvrflow-*" >nul 2>nul
%PYTHON% -m venv %CLEAR% "%VENV%" 1>&2 || goto failed
set "PIP="%VENV%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-input --no-build-isolation"
set "PIP_USE_PEP517=1"
rem The tools that build the rest come first, as they are locked.
"%VENV%\Scripts\python.exe" -c "import re, sys; print(*re.findall(r'(?ms)^setuptools==.*?[^\\]$', open(sys.argv[1]).read()))" "%LOCK%" > "%VENV%\build-tools.txt" || goto failed
%PIP% --require-hashes -r "%VENV%\build-tools.txt" 1>&2 || goto failed
%PIP% --require-hashes -r "%LOCK%" 1>&2 || goto failed
%PIP% --no-deps -e "%TOP%." 1>&2 || goto failed
copy /b /y "%LOCK%" "%MARK%.lock" >nul || goto failed
copy /b /y "%TOP%pyproject.toml" "%MARK%.toml" >nul || goto failed
>"%VENV%\nvrflow-made.txt" echo(%VENV%|| goto failed
endlocal

:run
if "%~1"=="test" goto test
"%VENV%\Scripts\nvrflow.exe" %*
exit /b %ERRORLEVEL%

:test
set "STATUS=0"
set "ARGS=%*"
set "ARGS=%ARGS:~4%"
pushd "%TOP%"
"%VENV%\Scripts\python.exe" -m ruff check . || set "STATUS=1"
"%VENV%\Scripts\python.exe" -m ruff format --check . || set "STATUS=1"
"%VENV%\Scripts\python.exe" -m mypy || set "STATUS=1"
"%VENV%\Scripts\python.exe" -m pytest -n auto --dist loadgroup %ARGS% || set "STATUS=1"
popd
exit /b %STATUS%

:failed
echo nvrflow: the set-up failed; the lines above say at what 1>&2
exit /b 1
