import Core
import Foundation
import Testing

@testable import Geo

@Suite struct DatabaseArchiveTests {
  private let files: GeoFiles
  private let content: Data

  init() throws {
    files = try GeoFiles()
    content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
    let folder = files.path("GeoLite2-City_20261120")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("Copyright".utf8).write(to: URL(filePath: "\(folder)/COPYRIGHT.txt"))
    try content.write(to: URL(filePath: "\(folder)/GeoLite2-City.mmdb"))
    try Data(repeating: 0, count: 4_000_000).write(to: URL(filePath: "\(folder)/zeros"))
  }

  /// Packs the folder as `tar` does in one of its formats.
  private func pack(_ format: String = "ustar", only: String? = nil) throws -> String {
    let archive = files.path("\(format).tar.gz")
    let what = "GeoLite2-City_20261120" + (only.map { "/\($0)" } ?? "")
    _ = try files.run("/bin/tar", ["-C", files.folder, "--format", format, "-czf", archive, what])
    return archive
  }

  @Test(arguments: ["ustar", "gnu", "pax", "v7"]) func theDatabaseIsTakenOutOfEveryKindOfTar(_ format: String) throws {
    let target = files.path("out.mmdb")
    try DatabaseArchive(try pack(format)).extract("GeoLite2-City.mmdb", to: target)
    #expect(try Data(contentsOf: URL(filePath: target)) == content)
  }

  @Test func anArchiveWithoutTheDatabaseSaysSo() throws {
    let archive = try pack(only: "COPYRIGHT.txt")
    #expect(throws: DatabaseArchive.Fault.noDatabase) {
      try DatabaseArchive(archive).extract("GeoLite2-City.mmdb", to: files.path("out.mmdb"))
    }
    #expect(!FileManager.default.fileExists(atPath: files.path("out.mmdb")))
  }

  @Test func anArchiveThatUnpacksToMoreThanAllowedIsRefused() throws {
    let archive = try pack()
    #expect(throws: DatabaseArchive.Fault.tooLarge(limit: 3_000_000)) {
      try DatabaseArchive(archive, limit: 3_000_000).extract("GeoLite2-City.mmdb", to: files.path("out.mmdb"))
    }
    #expect(!FileManager.default.fileExists(atPath: files.path("out.mmdb")))
  }

  @Test func anArchiveCutOrChangedAnywhereIsRefused() throws {
    let whole = try [UInt8](Data(contentsOf: URL(filePath: pack())))
    let broken = files.path("broken.tar.gz")
    for step in 0..<40 {
      try Data(whole.prefix(whole.count * step / 40)).write(to: URL(filePath: broken))
      #expect(throws: DatabaseArchive.Fault.self) {
        try DatabaseArchive(broken).extract("GeoLite2-City.mmdb", to: files.path("out.mmdb"))
      }
    }
    // A gzip member's first ten bytes hold its time, which nothing checks; its CRC covers all that is packed.
    for step in 0..<40 {
      var bytes = whole
      bytes[10 + (bytes.count - 10) * step / 40] ^= 0x10
      try Data(bytes).write(to: URL(filePath: broken))
      #expect(throws: DatabaseArchive.Fault.self) {
        try DatabaseArchive(broken).extract("GeoLite2-City.mmdb", to: files.path("out.mmdb"))
      }
      #expect(!FileManager.default.fileExists(atPath: files.path("out.mmdb")))
    }
  }

  @Test func whatIsThereAlreadyIsNotOverwritten() throws {
    let archive = try pack()
    let target = files.path("there.mmdb")
    try Data("mine".utf8).write(to: URL(filePath: target))
    #expect(throws: DatabaseArchive.Fault.self) {
      try DatabaseArchive(archive).extract("GeoLite2-City.mmdb", to: target)
    }
    #expect(try Data(contentsOf: URL(filePath: target)) == Data("mine".utf8))
  }
}
