import Core
import Database
import Foundation

/// One of the system's programs, looked up on PATH.
struct SystemProgram: Sendable {
  struct Missing: Error, CustomStringConvertible {
    let name: String
    let package: String
    var description: String { "\(name) is missing: install the Debian package \(package)" }
  }

  struct Failed: Error, CustomStringConvertible {
    let name: String
    /// What it said on standard error, cut to a line or two.
    let message: String
    var description: String { "\(name) failed: \(message)" }
  }

  let name: String
  private let file: URL

  /// - Throws: ``Missing``, which names the Debian package that has it.
  init(_ name: String, package: String) throws(Missing) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let path = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let path else { throw Missing(name: name, package: package) }
    self.name = name
    file = URL(filePath: path)
  }

  /// Runs to its end; what it prints is thrown away.
  /// - Parameters:
  ///   - environment: all it gets beside PATH. Secrets go here, never among the arguments, which everybody can see.
  ///   - folder: where what it says on standard error is kept meanwhile.
  func run(_ arguments: [String], environment: [String: String] = [:], in folder: URL) async throws {
    let messages = folder.appending(path: "\(name).err")
    try Data().write(to: messages)
    let process = Process()
    process.executableURL = file
    process.arguments = arguments
    process.environment = environment.merging(
      ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    ) { own, _ in own }
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: messages)
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status == 0 else {
      let said = String(decoding: try Data(contentsOf: messages).prefix(1_000), as: UTF8.self)
      throw Failed(name: name, message: said.split(separator: "\n").prefix(2).joined(separator: "; "))
    }
  }
}

/// A folder for the owner only, beside a file, gone when its work is over.
struct WorkFolder: Sendable {
  let url: URL

  init(beside file: URL) throws {
    url = file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).\(RandomBytes.make(4).hex)")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  func remove() { try? FileManager.default.removeItem(at: url) }
}
