@echo off
rem The command line of Diffusion4j: builds itself on first use, then runs. After a change of the sources: mvnw -DskipTests package
setlocal
set "HERE=%~dp0"
set "JAR=%HERE%cli\target\diffusion4j-cli.jar"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
if exist "%JAR%" goto run
where java >nul 2>nul || if not defined JAVA_HOME (
  echo diffuse: no java was found; install a JDK 17 or later, or set JAVA_HOME 1>&2
  exit /b 1
)
set "LOG=%TEMP%\diffuse-build.log"
echo diffuse: building, once; log: %LOG% 1>&2
pushd "%HERE%"
call mvnw.cmd -B -Dmaven.test.skip -Dspotless.check.skip -Denforcer.skip -pl cli -am package >"%LOG%" 2>&1
set BUILT=%ERRORLEVEL%
popd
if not %BUILT%==0 (
  echo diffuse: the build failed, see %LOG% 1>&2
  exit /b 1
)
:run
"%JAVA%" -XX:+UseSerialGC -jar "%JAR%" %*
