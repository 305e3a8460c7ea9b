import Core
import Testing

@testable import LicenseServer

@Suite struct ReleaseManifestTests {
  private static let digest = String(repeating: "0a", count: 32)
  private static let good = """
    trackily-release 1
    version 1.4.0
    channel stable
    built 2026-11-21T10:00:00.000Z
    file \(digest) 12 trackily-1.4.0-linux-x86_64.tar.gz
    file \(digest) 0 trackily-1.4.0.cdx.json

    """

  @Test func aManifestSaysVersionChannelTimeAndFiles() throws {
    let manifest = try ReleaseManifest(Self.good)
    #expect(manifest.version == "1.4.0" && manifest.channel == .stable)
    #expect(manifest.builtAt.rfc3339 == "2026-11-21T10:00:00.000Z")
    #expect(manifest.files.map(\.size) == [12, 0])
    #expect(manifest.file("trackily-1.4.0.cdx.json")?.sha256 == Self.digest)
    #expect(manifest.file("MANIFEST") == nil)
  }

  @Test(arguments: [
    ("trackily-release 1", "trackily-release 2"), ("version 1.4.0", "version 1.4"), ("version 1.4.0", "version 01.4.x"),
    ("channel stable", "channel nightly"), ("built 2026", "built yesterday"), ("file \(digest) 12 ", "file abc 12 "),
    ("\(digest) 12 ", "\(digest) -1 "), ("\(digest) 12 ", "\(digest)  12 "), (".cdx.json\n", ".cdx.json"),
    ("trackily-1.4.0.cdx.json", "../../etc/passwd"), ("trackily-1.4.0.cdx.json", ".hidden"),
    ("trackily-1.4.0.cdx.json", "MANIFEST"), ("trackily-1.4.0.cdx.json", "trackily-1.4.0-linux-x86_64.tar.gz"),
    ("file \(digest) 0 trackily-1.4.0.cdx.json", ""), ("file", "fi/le"),
  ])
  func anythingElseIsRefused(_ part: String, _ other: String) {
    #expect(throws: ReleaseFault.self) { try ReleaseManifest(Self.good.replacing(part, with: other)) }
  }

  @Test func aFaultNamesItsLine() {
    #expect(throws: ReleaseFault.manifest(line: 3, reason: "is not `channel` and its value")) {
      try ReleaseManifest(Self.good.replacing("stable", with: "x"))
    }
  }
}

@Suite struct ByteRangeTests {
  @Test(arguments: [
    ("bytes=0-4", ByteRange.part(0..<5)), ("bytes=5-", .part(5..<10)), ("bytes=-3", .part(7..<10)),
    ("bytes=-30", .part(0..<10)), ("bytes=9-9", .part(9..<10)), ("bytes=0-99", .part(0..<10)),
    ("BYTES = 0-0", .part(0..<1)), ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
    ("bytes=4-2", .whole), ("bytes=0-1,3-4", .whole), ("items=0-1", .whole), ("bytes=", .whole), ("bytes=-", .whole),
    ("bytes=a-b", .whole), ("bytes=0-9223372036854775807", .part(0..<10)), ("bytes=99999999999999999999-", .whole),
  ])
  func oneRangeIsServedAndTheRestIsTheWhole(_ header: String, _ range: ByteRange) {
    #expect(ByteRange(header, size: 10) == range)
  }

  @Test func anEmptyFileHasNoParts() {
    #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
    #expect(ByteRange(nil, size: 0) == .whole)
  }
}
