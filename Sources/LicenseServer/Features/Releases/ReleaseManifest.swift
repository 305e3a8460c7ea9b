import Core

/// What the release key signs: a version, its channel, and each file with size and SHA-256. Plain lines, so that a shell
/// script can check it with nothing but openssl and sha256sum:
///
///     trackily-release 1
///     version 1.4.0
///     channel stable
///     built 2026-11-21T10:00:00.000Z
///     file <sha256> <bytes> trackily-1.4.0-linux-x86_64.tar.gz
struct ReleaseManifest: Sendable, Hashable {
  enum Channel: String, CaseIterable, Sendable { case stable, beta }

  struct File: Sendable, Hashable {
    let name: String
    /// Bytes.
    let size: Int64
    /// Hexadecimal.
    let sha256: String
  }

  /// As it was signed, byte for byte.
  let text: String
  let version: String
  let channel: Channel
  let builtAt: Timestamp
  let files: [File]

  static let name = "MANIFEST"
  static let signatureName = "MANIFEST.sig"
  /// Bytes; a manifest of ten files has less than 2,000.
  static let maxSize = 65_536
  private static let maxFiles = 50

  func file(_ name: String) -> File? { files.first { $0.name == name } }

  /// - Throws: ``ReleaseFault/manifest(line:reason:)`` unless every line is as above.
  init(_ text: String) throws(ReleaseFault) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.popLast() == "" else { throw .manifest(line: lines.count + 1, reason: "does not end in a newline") }
    guard lines.first == "trackily-release 1" else { throw .manifest(line: 1, reason: "is not trackily-release 1") }
    self.text = text
    version = try Self.value("version", in: lines, at: 1) { Self.isVersion($0) ? $0 : nil }
    channel = try Self.value("channel", in: lines, at: 2) { Channel(rawValue: $0) }
    builtAt = try Self.value("built", in: lines, at: 3) { Timestamp(rfc3339: $0) }
    var files: [File] = []
    for (index, line) in lines.enumerated().dropFirst(4) {
      guard let file = Self.file(line), !files.contains(where: { $0.name == file.name }) else {
        throw .manifest(line: index + 1, reason: "is not `file`, a SHA-256, a size and a new name")
      }
      files.append(file)
    }
    guard (1...Self.maxFiles).contains(files.count) else {
      throw .manifest(line: lines.count, reason: "must come after 1 to \(Self.maxFiles) files")
    }
    self.files = files
  }

  private static func value<Value>(
    _ name: String, in lines: [String], at index: Int, _ read: (String) -> Value?
  ) throws(ReleaseFault) -> Value {
    let words = index < lines.count ? lines[index].split(separator: " ", maxSplits: 1) : []
    guard words.count == 2, words[0] == name, let value = read(String(words[1])) else {
      throw .manifest(line: index + 1, reason: "is not `\(name)` and its value")
    }
    return value
  }

  private static func file(_ line: String) -> File? {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 4, words[0] == "file", words[1].utf8.count == 64,
      words[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let size = Int64(words[2]), size >= 0, isFileName(words[3])
    else { return nil }
    return File(name: words[3], size: size, sha256: words[1])
  }

  /// Three or four numbers between dots, as `sort -V` and ``ReleaseVersion`` both order them.
  static func isVersion(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return (3...4).contains(parts.count)
      && parts.allSatisfy { part in
        (1...6).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      }
  }

  /// A name without folders that no shell and no file system takes for anything else.
  static func isFileName(_ text: String) -> Bool {
    guard (1...120).contains(text.utf8.count), let first = text.utf8.first, text != name, text != signatureName else {
      return false
    }
    let isWord: (UInt8) -> Bool = {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
    }
    return isWord(first) && text.utf8.allSatisfy { isWord($0) || ".-_+".utf8.contains($0) }
  }
}

/// A manifest with the signature that its key made of it.
struct SignedManifest: Sendable {
  let manifest: ReleaseManifest
  /// Ed25519, 64 bytes.
  let signature: [UInt8]
  let keyFingerprint: String
}
