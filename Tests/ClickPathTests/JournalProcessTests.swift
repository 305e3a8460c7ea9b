import Glibc
import Testing

@testable import ClickPath

/// A real process, a real directory, a real SIGKILL. The child is this test program again, told by its environment to
/// run ``JournalChildProcess`` only.
@Suite struct JournalProcessTests {
  @Test func whatAKilledProcessAcknowledgedIsThereExactlyOnce() async throws {
    let folder = JournalFolder()
    var acknowledged: [UInt64] = []
    for round in 0..<3 as Range<UInt64> {
      let child = try #require(KilledChild(folder: folder.path, round: round))
      let thread = try #require(FileThread())
      acknowledged += await thread.run { child.acknowledgedUntilKilled(atLeast: 3_000) }
    }
    #expect(acknowledged.count >= 9_000)
    let faults = FaultLog()
    let journal = try Journal.open(directory: folder.path, settings: .process, onFault: faults.note)
    let tokens = try await journal.everything(maxRecords: 10_000).map { TestPayload.token($0.payload) }
    await journal.close()
    #expect(!tokens.contains(nil))
    #expect(Set(tokens).count == tokens.count)
    #expect(Set(acknowledged).isSubset(of: Set(tokens.compactMap { $0 })))
    #expect(faults.losses.isEmpty)
  }
}

extension JournalSettings {
  fileprivate static let process = JournalSettings(segmentBytes: 256 << 10)
}

/// Appends until it is killed, and tells each acknowledged token through descriptor 3.
@Suite struct JournalChildProcess {
  @Test(.enabled(if: getenv(KilledChild.folderVariable) != nil))
  func appendsUntilItIsKilled() async throws {
    let folder = String(cString: try #require(getenv(KilledChild.folderVariable)))
    let round = String(cString: try #require(getenv(KilledChild.roundVariable)))
    let journal = try Journal.open(directory: folder, settings: .process, onFault: { _ in })
    let lane = journal.registerLane { tokens, outcome in
      guard outcome == .durable else { return }
      tokens.withUnsafeBytes { _ = write(KilledChild.descriptor, $0.baseAddress, $0.count) }
    }
    var token = try #require(UInt64(round)) << 32
    while true {
      do throws(JournalRefusal) {
        let payload = TestPayload.make(token, padding: Int(token % 100))
        try lane.append(tenantID: 1, kind: .click, payload: payload, token: token)
        token += 1
      } catch {
        sched_yield()
      }
    }
  }
}

struct KilledChild: Sendable {
  static let folderVariable = "TRACKILY_JOURNAL_CHILD_FOLDER"
  static let roundVariable = "TRACKILY_JOURNAL_CHILD_ROUND"
  static let descriptor: Int32 = 3

  private let process: pid_t
  private let pipe: Int32

  init?(folder: String, round: UInt64) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    defer { close(ends[1]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [1, 2] as [Int32] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, ends[1], Self.descriptor)
    let arguments = ["tests", "--testing-library", "swift-testing", "--filter", "JournalChildProcess"]
    let variables = ["\(Self.folderVariable)=\(folder)", "\(Self.roundVariable)=\(round)"]
    var child = pid_t()
    let status = Self.withCStrings(arguments) { arguments in
      Self.withCStrings(variables) { variables in
        posix_spawn(&child, "/proc/self/exe", &actions, nil, arguments, variables)
      }
    }
    guard status == 0 else {
      close(ends[0])
      return nil
    }
    process = child
    pipe = ends[0]
  }

  /// Blocks. Kills the child once it has acknowledged that many; what it managed to say until then counts too.
  func acknowledgedUntilKilled(atLeast count: Int) -> [UInt64] {
    var bytes: [UInt8] = []
    while bytes.count < count * 8, hasMore(within: 20_000), readOn(&bytes) {}
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    while hasMore(within: 0), readOn(&bytes) {}
    close(pipe)
    return bytes.withUnsafeBytes { bytes in
      (0..<(bytes.count / 8)).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
  }

  private func hasMore(within milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, milliseconds) > 0
  }

  private func readOn(_ bytes: inout [UInt8]) -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let length = read(pipe, &piece, piece.count)
    bytes += piece.prefix(max(0, length))
    return length > 0
  }

  private static func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
  ) -> Value {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return body(copies)
  }
}
