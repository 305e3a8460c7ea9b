import Core

/// Why a release in RELEASES_DIR cannot be published.
enum ReleaseFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// RELEASES_DIR is not set.
  case noDirectory
  case key(path: String)
  case notFound(version: String)
  case manifest(line: Int, reason: String)
  case otherVersion(String)
  case signature
  case missing(file: String)
  case changed(file: String)

  var description: String {
    switch self {
    case .noDirectory: "RELEASES_DIR is not set"
    case .key(let path): "\(path) must hold the release key's public half (Ed25519, PEM)"
    case .notFound(let version): "RELEASES_DIR holds no release \(version) with MANIFEST and MANIFEST.sig"
    case .manifest(let line, let reason): "line \(line) of the MANIFEST \(reason)"
    case .otherVersion(let version): "the MANIFEST in this folder is of release \(version)"
    case .signature: "the release key did not make MANIFEST.sig of this MANIFEST"
    case .missing(let file): "\(file) is named in the MANIFEST and not there"
    case .changed(let file): "\(file) is not the file that the MANIFEST names: size or SHA-256 differ"
    }
  }

  /// What whoever asked for that version is told.
  var problem: Problem { .invalid("version", "release", description) }
}
