import Core
import FoundationEssentials
import Glibc
import Testing

@Suite struct PrivateFileTests {
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("core-\(RandomBytes.make(8).hex)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private func mode(of path: String) -> mode_t {
    var facts = stat()
    return stat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
  }

  @Test func aFileIsMadeOnceForItsOwnerOnly() async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      let isFirst = try PrivateFile.create(path, [1, 2, 3])
      #expect(isFirst)
      #expect(mode(of: path) == 0o600)
      let isSecond = try PrivateFile.create(path, [4])
      #expect(!isSecond)
      #expect(try PrivateFile.read(path) == [1, 2, 3])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"], "no draft is left behind")
    }
  }

  @Test func replacingKeepsAllOrNothing() async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      try PrivateFile.replace(path, [1])
      try PrivateFile.replace(path, [])
      #expect(try PrivateFile.read(path) == [])
      try PrivateFile.replace(path, Array(repeating: 7, count: 65_536))
      #expect(try PrivateFile.read(path).count == 65_536)
      #expect(mode(of: path) == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
    }
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610] as [mode_t])
  func aFileThatOthersMayTouchIsRefused(mode: mode_t) async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      try PrivateFile.replace(path, [1])
      #expect(chmod(path, mode) == 0)
      #expect(throws: PrivateFile.Fault.exposed(path: path)) { try PrivateFile.read(path) }
      #expect(chmod(path, 0o400) == 0)
      #expect(try PrivateFile.read(path) == [1])
    }
  }

  @Test func linksFoldersAndLargeFilesAreNotRead() async throws {
    try await withFolder { folder in
      let (path, link, large) = ("\(folder)/key", "\(folder)/link", "\(folder)/large")
      try PrivateFile.replace(path, [1])
      #expect(symlink(path, link) == 0)
      try PrivateFile.replace(large, Array(repeating: 0, count: 65_537))
      #expect(chmod(folder, 0o700) == 0)
      for wrong in [link, large, folder, "\(folder)/missing", "\(folder)/no/such"] {
        let fault = try #require(throws: PrivateFile.Fault.self) { try PrivateFile.read(wrong) }
        #expect("\(fault)".hasPrefix("\(wrong): "))
      }
    }
  }

  @Test func aFolderThatIsNotThereIsAFaultThatNamesThePath() async throws {
    try await withFolder { folder in
      let path = "\(folder)/no/key"
      #expect(throws: PrivateFile.Fault.self) { try PrivateFile.create(path, [1]) }
      #expect(throws: PrivateFile.Fault.self) { try PrivateFile.replace(path, [1]) }
    }
  }

  @Test func ofManyWhoCreateTheFileExactlyOneDoes() async throws {
    try await withFolder { folder in
      let path = "\(folder)/key"
      let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
        for number in UInt8(1)...16 {
          group.addTask { try PrivateFile.create(path, Array(repeating: number, count: 64)) ? number : nil }
        }
        return try await group.reduce(into: [UInt8]()) { if let winner = $1 { $0.append(winner) } }
      }
      #expect(winners.count == 1)
      #expect(try PrivateFile.read(path) == Array(repeating: winners[0], count: 64))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
    }
  }
}
