public import Database
import Foundation
import Glibc

/// A throw-away Postgres cluster on a unix socket, made by `ops/postgres`. A watcher process removes it when this
/// process ends, however it ends.
public final class TestCluster: Sendable {
  /// A login with CREATEDB and CREATEROLE that owns its database, as the product's own would; no superuser.
  public let dsn: DSN

  /// The watcher acts on every line written to its input, and removes the cluster at its end.
  private let input: Int32
  private let output: LineReader

  private static let script = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../ops/postgres").standardizedFileURL.path

  /// Its first line of input is the password, every other an action of `ops/postgres`. Answers each with a line.
  private static let watcher = """
    trap '' INT TERM HUP
    folder=$(mktemp -d /tmp/trackily-test.XXXXXX) && chmod 0711 "$folder"
    read -r password
    "$0" start "$folder/pg" --scratch &&
      "$0" database "$folder/pg" trackily_test trackily_test CREATEDB CREATEROLE <<<"$password" &&
      echo "ready $("$0" socket "$folder/pg")" || echo failed
    while read -r action argument; do
      "$0" "$action" "$folder/pg" "$argument" && echo ready || echo failed
    done
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
    input = ends[1]
    let answers = Pipe()
    output = LineReader(answers.fileHandleForReading)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/setsid")
    process.arguments = ["/bin/bash", "-c", Self.watcher, Self.script]
    process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    process.standardOutput = answers
    try process.run()
    let password = String(UInt64.random(in: .min ... .max), radix: 36)
    try FileHandle(fileDescriptor: input).write(contentsOf: Data("\(password)\n".utf8))
    let words = await output.next().split(separator: " ").map(String.init)
    guard words.count == 2, words[0] == "ready" else { throw Failed(description: "ops/postgres made no cluster") }
    dsn = try DSN(parsing: "postgresql://trackily_test:\(password)@/trackily_test?host=\(words[1])")
  }

  deinit { close(input) }

  /// Stops the server at once, as a crash would.
  public func stop() async throws { try await act("stop immediate") }
  /// Starts it again; returns when it takes connections.
  public func start() async throws { try await act("start --scratch") }

  private func act(_ action: String) async throws {
    try FileHandle(fileDescriptor: input).write(contentsOf: Data("\(action)\n".utf8))
    guard await output.next() == "ready" else { throw Failed(description: "ops/postgres \(action) failed") }
  }
}

/// Reads lines from a pipe, on a thread of its own each time.
private final class LineReader: Sendable {
  private let handle: FileHandle

  init(_ handle: FileHandle) { self.handle = handle }

  /// The next line; what there is of it at the end of the input.
  func next() async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [handle] in
        var line: [UInt8] = []
        while let byte = try? handle.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
        continuation.resume(returning: String(decoding: line, as: UTF8.self))
      }
    }
  }
}
