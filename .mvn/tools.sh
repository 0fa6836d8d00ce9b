# Finds what this project runs on; sourced by ./mvnw and ./deltarule (POSIX sh).
# find_jdk sets JAVA_HOME to a JDK 25, find_letters sets LC_ALL where java would not read letters, find_tornado sets
# tornado_home to an SDK, and tornado_arguments makes what java starts inside it with.

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

# Java reads arguments, the environment and file names by the locale, and as ASCII, breaking every other letter, where none
# is set or one that is not installed. No option of java's does in its place.
find_letters() {
  case $(locale charmap 2>&1 || true) in # it complains of what is not installed
    '' | *' '* | ANSI_X3.4-1968 | US-ASCII) ;;
    *) return 0 ;;
  esac
  for candidate in C.UTF-8 C.utf8 en_US.UTF-8 $(locale -a 2>/dev/null | grep -i 'utf-\{0,1\}8$' | head -n 3); do
    if [ "$(LC_ALL=$candidate locale charmap 2>&1 || true)" = UTF-8 ]; then
      LC_ALL=$candidate
      export LC_ALL
      return 0
    fi
  done
  LC_ALL=C.UTF-8 # where there is no command locale, this is the likeliest; the program refuses letters that are lost
  export LC_ALL
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

tornado_version() { # prints the version of the SDK in folder $1, nothing if it does not say
  [ ! -r "$1/etc/tornado.release" ] || sed -n 's/^version=//p' "$1/etc/tornado.release" | head -n 1
}

tested_tornado=5.2.0-jdk25 # class SdkRelease

# Named, then installed for this project, then lying around (class SdkSearch): tornado_home is its folder, or empty, and
# tornado_found says in words which it is. Nothing is taken in place of what TORNADOVM_HOME names. What lies around may be
# there for other programs, and is taken only if its version is the one that the kernels are tested with. tornado_problem
# says why something that is there was not taken.
find_tornado() {
  tornado_home=
  tornado_found=
  tornado_problem=
  if [ -n "${TORNADOVM_HOME:-}" ]; then
    if is_tornado "$TORNADOVM_HOME"; then
      tornado_home=$TORNADOVM_HOME
      tornado_found=TORNADOVM_HOME
    else
      tornado_problem="TORNADOVM_HOME=$TORNADOVM_HOME holds no tornado-argfile: it is not an SDK folder, or an old one. Point it at a TornadoVM $tested_tornado SDK, or unset it (./deltarule tornado install then fetches one); --engine cpu needs none."
    fi
    return 0
  fi
  on_path=$(command -v tornado 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    on_path=${on_path%/bin/tornado*}
  fi
  installed=$(installed_tornado)
  for candidate in "$installed" "$on_path" "$HOME"/.sdkman/candidates/tornadovm/current; do
    is_tornado "$candidate" || continue
    case $candidate in
      "$installed") by="deltarule tornado install" ;;
      "$on_path") by="tornado on the PATH" ;;
      *) by=SDKMAN ;;
    esac
    version=$(tornado_version "$candidate")
    if [ "$candidate" != "$installed" ] && [ -n "$version" ] && [ "$version" != "$tested_tornado" ]; then
      [ -n "$tornado_problem" ] ||
        tornado_problem="the TornadoVM SDK in $candidate (found through $by) is of version $version, and the kernels are tested with $tested_tornado: ./deltarule tornado install fetches that; TORNADOVM_HOME=$candidate tries this one; --engine cpu needs none."
      continue
    fi
    tornado_home=$candidate
    tornado_found=$by
    tornado_problem=
    return 0
  done
  return 0
}

# Prints the SDK's argument file, made of its template if there is nothing else, less a "." in its module path: that
# would load modules from the caller's folder.
tornado_argfile() {
  if [ -r "$tornado_home/tornado-argfile" ]; then
    cat "$tornado_home/tornado-argfile"
  else
    # java ends a word at a space, and takes a backslash within quotes as an escape.
    TORNADOVM_HOME=$tornado_home awk '{
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
    }' "$tornado_home/tornado-argfile.template"
  fi | sed 's/^\(--module-path[ =]\)\.:/\1/'
}

# Prints an option for each of the SDK's drivers: not all of its argument files let theirs load its library without a
# warning from java.
tornado_native_access() {
  for driver in "$tornado_home"/share/java/tornado/tornado-drivers-*.jar; do
    driver=${driver##*/tornado-drivers-}
    case $driver in
      common-* | *-jni-* | '*.jar') ;;
      *) echo "--enable-native-access=tornado.drivers.${driver%%-*}" ;;
    esac
  done
}

# Makes the file argfile, which java starts inside the SDK with, and tries it: once per SDK, JDK and further options of java's
# ($1), and again when the SDK's modules change or vanish. Where java does not take it, tornado_problem says why, and the
# result is 1. Uses tornado_home, tornado_found, JAVA_HOME and root.
tornado_arguments() {
  scratch=$root/.deltarule
  key="# $tornado_home $JAVA_HOME $1"
  argfile=$scratch/tornado-argfile-$(printf '%s' "$key" | cksum | cut -d ' ' -f 1) # two SDKs may be in use at a time
  if [ "$(head -n 1 "$argfile" 2>/dev/null)" = "$key" ] &&
    [ -z "$(find "$tornado_home"/tornado-argfile* "$tornado_home/share" "$root/.mvn" -newer "$argfile" 2>&1)" ]; then
    return 0
  fi
  complaint=
  if mkdir -p "$scratch" 2>/dev/null && {
    echo "$key"
    tornado_argfile
    tornado_native_access
  } 2>/dev/null >"$argfile.$$"; then
    # shellcheck disable=SC2086 # the options are words
    if complaint=$("$JAVA_HOME/bin/java" "@$argfile.$$" $1 -version 2>&1); then
      mv "$argfile.$$" "$argfile"
      return 0
    fi
    rm -f "$argfile.$$"
    complaint=$(printf '%s\n' "$complaint" | grep -v '^WARNING' | head -n 5 | tr '\n' ' ')
    complaint="does not start on $JAVA_HOME${1:+ with $1} (${complaint% })"
  else
    complaint="cannot be started, since $scratch cannot be written to"
  fi
  case $tornado_found in
    TORNADOVM_HOME) cure="point TORNADOVM_HOME at a $tested_tornado SDK for this JDK, or unset it (./deltarule tornado install then fetches one)" ;;
    "deltarule tornado install") cure="./deltarule tornado install --force fetches it anew" ;;
    *) cure="./deltarule tornado install fetches $tested_tornado, which then comes first" ;;
  esac
  tornado_problem="the TornadoVM SDK in $tornado_home (found through $tornado_found) $complaint: $cure; --engine cpu needs none."
  return 1
}
