public import Database
import Foundation
import Glibc

/// A throw-away Postgres cluster on a unix socket, made by `ops/postgres`. A watcher process removes it when this
/// process ends, however it ends.
public final class TestCluster: Sendable {
  /// A login with CREATEDB and CREATEROLE that owns its database, as the product's own would; no superuser.
  public let dsn: DSN

  private let folder: String
  /// The watcher waits for the end of this pipe.
  private let lifeline: Int32

  private static let script = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../ops/postgres").standardizedFileURL.path

  /// Reads the password from its first line of input, then waits for the end of the input.
  private static let watcher = """
    trap '' INT TERM HUP
    folder=$(mktemp -d /tmp/trackily-test.XXXXXX) && chmod 0711 "$folder"
    read -r password
    "$0" start "$folder/pg" --scratch &&
      "$0" database "$folder/pg" trackily_test trackily_test CREATEDB CREATEROLE <<<"$password" &&
      echo "ready $folder $("$0" socket "$folder/pg")" || echo failed
    exec >/dev/null 2>&1
    cat >/dev/null
    "$0" remove "$folder/pg"
    rm -rf "$folder"
    """

  public struct Failed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Makes and starts a cluster of its own.
  public init() async throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failed(description: "no pipe for the cluster's watcher") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    lifeline = ends[1]
    let input = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    let output = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/setsid")
    process.arguments = ["/bin/bash", "-c", Self.watcher, Self.script]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let password = String(UInt64.random(in: .min ... .max), radix: 36)
    try FileHandle(fileDescriptor: lifeline).write(contentsOf: Data("\(password)\n".utf8))
    let words = await output.firstLine().split(separator: " ").map(String.init)
    guard words.count == 3, words[0] == "ready" else { throw Failed(description: "ops/postgres made no cluster") }
    folder = words[1]
    dsn = try DSN(parsing: "postgresql://trackily_test:\(password)@/trackily_test?host=\(words[2])")
  }

  deinit { close(lifeline) }

  public func stop() async throws { try await control("stop", "immediate") }
  public func start() async throws { try await control("start", "--scratch") }

  private func control(_ verb: String, _ argument: String) async throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.script)
    process.arguments = [verb, "\(folder)/pg", argument]
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status == 0 else { throw Failed(description: "ops/postgres \(verb) failed with status \(status)") }
  }
}

extension Pipe {
  /// The first line written to the pipe, read on a thread of its own.
  fileprivate func firstLine() async -> String {
    let handle = fileHandleForReading
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var text = Data()
        while !text.contains(UInt8(ascii: "\n")) {
          let more = handle.availableData
          if more.isEmpty { break }
          text += more
        }
        continuation.resume(returning: String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
      }
    }
  }
}
