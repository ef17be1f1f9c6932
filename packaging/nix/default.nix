# For Nix: unpacks the archive of a release, as  nix-build packaging/nix --arg archive ./dist/facioctl-0.1.0-linux-amd64.tar.gz
{ pkgs ? import <nixpkgs> { }, archive }:

pkgs.stdenv.mkDerivation {
  pname = "facioctl";
  version = "0.1.0";
  src = archive;

  nativeBuildInputs = [ pkgs.autoPatchelfHook pkgs.makeWrapper ];
  buildInputs = [ pkgs.stdenv.cc.libc ];
  dontStrip = true;

  installPhase = ''
    runHook preInstall
    mkdir -p $out
    cp -a files/. $out
    substituteInPlace $out/lib/systemd/*/*.service \
      --replace-warn /usr/bin/facioctl $out/bin/facioctl --replace-warn /usr/libexec $out/libexec
    # OpenSSL is loaded when the first https address is used.
    wrapProgram $out/bin/facioctl --prefix LD_LIBRARY_PATH : ${pkgs.lib.makeLibraryPath [ pkgs.openssl ]} \
      --suffix PATH : ${pkgs.lib.makeBinPath [ pkgs.git pkgs.bubblewrap pkgs.zstd ]}
    runHook postInstall
  '';

  meta = {
    description = "Administers runtimes of AI agents from the shell";
    license = pkgs.lib.licenses.mit;
    platforms = [ "x86_64-linux" "aarch64-linux" ];
    mainProgram = "facioctl";
  };
}
