# Finds what this project runs on; sourced by ./mvnw and ./deltarule (POSIX sh).
# find_jdk sets JAVA_HOME to a JDK 25; find_tornado sets TORNADOVM_HOME to an SDK, or leaves it empty.

jdk_release() { # prints the feature release of the JDK in folder $1, nothing if it is none
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  on_path=$(command -v javac 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    on_path=${on_path%/bin/javac}
  fi
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
    if [ "$(jdk_release "$candidate")" = 25 ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  cat >&2 <<EOT
deltarule: expected a JDK 25, found none in JAVA_HOME, PATH, the system's JVM folders, SDKMAN or macOS's Java folder.
Install one (for example: sdk install java 25-tem; apt install temurin-25-jdk; brew install openjdk@25)
or set JAVA_HOME to its folder.
EOT
  return 1
}

is_tornado() { [ -n "$1" ] && [ -r "$1/tornado-argfile" ]; }

find_tornado() {
  on_path=$(command -v tornado 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    on_path=${on_path%/bin/tornado*}
  fi
  if [ -n "${TORNADOVM_HOME:-}" ] && ! is_tornado "$TORNADOVM_HOME"; then
    echo "deltarule: TORNADOVM_HOME=$TORNADOVM_HOME holds no tornado-argfile: it is not an SDK folder, or an old one. Unset it or point it at a TornadoVM 5.2.0-jdk25 SDK." >&2
    return 1
  fi
  for candidate in "${TORNADOVM_HOME:-}" "$on_path" "$HOME"/.sdkman/candidates/tornadovm/current; do
    if is_tornado "$candidate"; then
      TORNADOVM_HOME=$candidate
      export TORNADOVM_HOME
      return 0
    fi
  done
  TORNADOVM_HOME=
  return 0
}
