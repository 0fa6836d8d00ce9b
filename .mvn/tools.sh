# Finds what this project runs on; sourced by ./mvnw and ./deltarule (POSIX sh).
# find_jdk sets JAVA_HOME to a JDK 25; find_tornado sets TORNADOVM_HOME to an SDK, or leaves it empty, and exports neither
# it nor anything else.

: "${HOME:=}" # services and containers may have none, and under set -u that would be an error

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

is_tornado() { # a release carries only the template of its argument file
  [ -n "$1" ] && { [ -r "$1/tornado-argfile" ] || [ -r "$1/tornado-argfile.template" ]; }
}

installed_tornado() { # prints the folder of the SDK that `deltarule tornado install` chose (class SdkStore)
  case ${XDG_DATA_HOME:-} in
    /*) store=$XDG_DATA_HOME/deltarule/tornadovm ;;
    *) store=$HOME/.local/share/deltarule/tornadovm ;;
  esac
  chosen=
  [ ! -r "$store/current" ] || read -r chosen <"$store/current" || true
  case $chosen in
    */* | '') ;;
    tornadovm-*) echo "$store/$chosen" ;;
  esac
}

# Named, then installed for this project, then lying around (class SdkSearch); tornado_found says in words which. Where
# TORNADOVM_HOME names none, tornado_problem says so and the result is 1.
find_tornado() {
  tornado_problem=
  tornado_found=
  on_path=$(command -v tornado 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    on_path=${on_path%/bin/tornado*}
  fi
  if [ -n "${TORNADOVM_HOME:-}" ] && ! is_tornado "$TORNADOVM_HOME"; then
    tornado_problem="TORNADOVM_HOME=$TORNADOVM_HOME holds no tornado-argfile: it is not an SDK folder, or an old one. Unset it (./deltarule tornado install fetches an SDK) or point it at a TornadoVM 5.2.0-jdk25 SDK."
    TORNADOVM_HOME=
    return 1
  fi
  for candidate in "${TORNADOVM_HOME:-}" "$(installed_tornado)" "$on_path" \
    "$HOME"/.sdkman/candidates/tornadovm/current; do
    if is_tornado "$candidate"; then
      tornado_found=SDKMAN
      case $candidate in
        "${TORNADOVM_HOME:-}") tornado_found=TORNADOVM_HOME ;;
        "$(installed_tornado)") tornado_found="deltarule tornado install" ;;
        "$on_path") tornado_found="tornado on the PATH" ;;
      esac
      TORNADOVM_HOME=$candidate
      return 0
    fi
  done
  TORNADOVM_HOME=
  return 0
}

# Prints the SDK's argument file, made of its template if there is nothing else, less a "." in its module path: that
# would load modules from the caller's folder.
tornado_argfile() {
  if [ -r "$TORNADOVM_HOME/tornado-argfile" ]; then
    cat "$TORNADOVM_HOME/tornado-argfile"
  else
    # java ends a word at a space, and takes a backslash within quotes as an escape.
    TORNADOVM_HOME=$TORNADOVM_HOME awk '{
      place = "${TORNADOVM_HOME}"
      home = ENVIRON["TORNADOVM_HOME"]
      words = /^#/ ? 0 : split($0, word, " ")
      for (w = 1; w <= words; w++) {
        at = index(word[w], place)
        if (at == 0) continue
        whole = word[w]
        made = ""
        while ((at = index(whole, place)) > 0) {
          made = made substr(whole, 1, at - 1) home
          whole = substr(whole, at + length(place))
        }
        made = made whole
        if (w == 2 && substr(made, 1, 2) == ".:") made = substr(made, 3)
        if (made ~ /[^A-Za-z0-9_.\/:=,+@%-]/) { gsub(/\\/, "\\\\", made); gsub(/"/, "\\\"", made); made = "\"" made "\"" }
        word[w] = made
      }
      line = words ? "" : $0
      for (w = 1; w <= words; w++) line = line (w > 1 ? " " : "") word[w]
      print line
    }' "$TORNADOVM_HOME/tornado-argfile.template"
  fi | sed 's/^\(--module-path[ =]\)\.:/\1/'
}

# Prints an option for each of the SDK's drivers: not all of its argument files let theirs load its library without a
# warning from java.
tornado_native_access() {
  for driver in "$TORNADOVM_HOME"/share/java/tornado/tornado-drivers-*.jar; do
    driver=${driver##*/tornado-drivers-}
    case $driver in
      common-* | *-jni-* | '*.jar') ;;
      *) echo "--enable-native-access=tornado.drivers.${driver%%-*}" ;;
    esac
  done
}
