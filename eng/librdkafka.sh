#!/usr/bin/env bash
# Puts Kafka's native client, librdkafka, into .cache/native for the running platform: from the NuGet package
# librdkafka.redist where that is served, else built from the source that the npm package of the same version carries.
# Silent and quick when it is already there. Safe to run several at once.
set -euo pipefail

readonly version=2.15.1 npm_package=@confluentinc/kafka-javascript@1.10.1
readonly root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly cache=$root/.cache/native
case $(uname -s) in
  Linux) os=linux extension=so ;;
  Darwin) os=osx extension=dylib ;;
  *) echo "librdkafka: $(uname -s) is not supported; Linux and macOS are" >&2; exit 1 ;;
esac
case $(uname -m) in
  x86_64 | amd64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) echo "librdkafka: $(uname -m) is not supported; x64 and arm64 are" >&2; exit 1 ;;
esac
readonly library=$cache/librdkafka.$extension
readonly stamp=$library.$version

present() { [[ -f $library && -f $stamp ]]; }

# A library put here counts only together with its stamp, which is written last.
install_library() {
  cp "$1" "$library.new"
  chmod 755 "$library.new"
  rm -f "$library".*.*.*
  mv -f "$library.new" "$library"
  : >"$stamp"
}

from_nuget() {
  command -v dotnet >/dev/null || return 1
  mkdir "$work/redist"
  cat >"$work/redist/redist.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="librdkafka.redist" Version="[$version]" /></ItemGroup>
</Project>
XML
  (cd "$work/redist" && env -u MSBuildSDKsPath -u MSBuildExtensionsPath -u MSBUILD_EXE_PATH \
    dotnet restore redist.csproj --packages packages) >"$work/restore.log" 2>&1 || return 1
  # The package holds one build per kind of system; the first whose own libraries are all here is taken.
  local native=$work/redist/packages/librdkafka.redist/$version/runtimes/$os-$arch/native build
  for build in "$native/librdkafka.$extension" "$native/centos8-librdkafka.$extension" "$native/alpine-librdkafka.$extension"; do
    if [[ -f $build ]] && loads "$build"; then
      install_library "$build"
      return
    fi
  done
  return 1
}

# Whether the dynamic linker finds every library that a library needs. macOS builds need none but the system's.
loads() {
  [[ $os == osx ]] && return
  local needed
  needed=$(ldd "$1" 2>&1) && [[ $needed != *"not found"* ]]
}

install_tools() {
  local tools=(make npm tar) missing=()
  for tool in "${tools[@]}"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  command -v cc >/dev/null || command -v gcc >/dev/null || missing+=("a C compiler")
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    local packages=(build-essential libssl-dev zlib1g-dev libzstd-dev libsasl2-dev libcurl4-openssl-dev) wanted=()
    command -v npm >/dev/null || packages+=(npm)
    for package in "${packages[@]}"; do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted+=("$package")
    done
    if ((${#wanted[@]})); then
      { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${wanted[@]}"; } \
        >"$work/apt.log" 2>&1 || fail "$work/apt.log" "could not install ${wanted[*]}"
    fi
  elif ((${#missing[@]})); then
    echo "librdkafka: building it needs ${missing[*]}; install them (and the headers of openssl, zlib, zstd, sasl2, curl), then try again" >&2
    exit 1
  fi
}

from_source() {
  echo "librdkafka: the NuGet package librdkafka.redist $version is not served here or does not run here, so Kafka's client is built once from source (about a minute)" >&2
  install_tools
  (cd "$work" && npm pack --silent "$npm_package" && tar xzf ./*.tgz) >"$work/npm.log" 2>&1 || fail "$work/npm.log" "could not fetch $npm_package"
  (cd "$work/package/deps/librdkafka" && ./configure && make -C src -j2) >"$work/make.log" 2>&1 || fail "$work/make.log" "the build failed"
  local built
  built=$(ls "$work"/package/deps/librdkafka/src/librdkafka.{so.1,1.dylib} 2>/dev/null | head -n 1) || true
  [[ -n $built ]] || fail "$work/make.log" "the build left no library"
  if [[ $os == linux ]]; then strip "$built"; fi
  install_library "$built"
}

fail() {
  tail -n 20 "$1" >&2
  echo "librdkafka: $2" >&2
  exit 1
}

# flock where there is one (Linux); elsewhere a directory, which only one process can make.
lock() {
  if command -v flock >/dev/null; then
    exec 9>"$cache/lock"
    flock 9
    return
  fi
  until mkdir "$cache/lock.d" 2>/dev/null; do
    kill -0 "$(cat "$cache/lock.d/pid" 2>/dev/null || echo $$)" 2>/dev/null || rm -rf "$cache/lock.d"
    sleep 1
  done
  echo $$ >"$cache/lock.d/pid"
}

present && exit 0
mkdir -p "$cache"
lock
work=$(mktemp -d)
trap 'rm -rf "$work" "$cache/lock.d"' EXIT
present && exit 0
from_nuget || from_source
