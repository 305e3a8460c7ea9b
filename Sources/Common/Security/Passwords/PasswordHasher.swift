import CArgon2
import Core
import Foundation

/// Hashes and checks passwords with argon2id (RFC 9106) on threads of its own.
///
/// Each hash takes `parameters.memoryKiB` of memory and some 20 ms of a core, so no more than `threads` run at once and
/// a flood of log-ins is refused as ``PasswordHashError/busy`` instead of taking the server down.
public final class PasswordHasher: Sendable {
  /// The costs of one hash. The default is OWASP's first choice: 19 MiB, two passes, one lane.
  public struct Parameters: Hashable, Sendable {
    public let memoryKiB: UInt32
    public let iterations: UInt32
    public let parallelism: UInt32

    public init(memoryKiB: UInt32 = 19 * 1_024, iterations: UInt32 = 2, parallelism: UInt32 = 1) {
      self.memoryKiB = memoryKiB
      self.iterations = iterations
      self.parallelism = parallelism
    }

    /// Within what argon2 takes and what one log-in may cost: 8 KiB a lane to 256 MiB, 16 passes, 8 lanes.
    public var isSane: Bool {
      (1...8).contains(parallelism) && (1...16).contains(iterations)
        && (8 * parallelism...256 * 1_024).contains(memoryKiB)
    }
  }

  /// What a check came to.
  public enum Verdict: Hashable, Sendable {
    case wrong
    case right
    /// Right, but hashed with other costs than today's: store this new hash.
    case rightButOutdated(newHash: String)
  }

  private let parameters: Parameters
  private let threads: WorkerThreads

  /// - Parameters:
  ///   - threads: hashes at once; the number of cores unless given.
  ///   - queueLimit: how many callers may wait for their turn.
  public init(parameters: Parameters = Parameters(), threads: Int? = nil, queueLimit: Int = 128) {
    self.parameters = parameters
    self.threads = WorkerThreads(
      count: threads ?? ProcessInfo.processInfo.activeProcessorCount, queueLimit: queueLimit)
  }

  /// The PHC string to store for `password`.
  public func hash(_ password: String) async throws(PasswordHashError) -> String {
    let parameters = parameters
    return try await run { () throws(PasswordHashError) in
      try Argon2.hash(Argon2.bytes(of: password), parameters: parameters).text
    }
  }

  /// Checks `password` against a stored PHC string. With nil, or a string that is no hash of ours, the same work is
  /// done for nothing, so that the time doesn't tell whether an account exists.
  public func verify(_ password: String, against stored: String?) async throws(PasswordHashError) -> Verdict {
    let parameters = parameters
    return try await run { () throws(PasswordHashError) in
      let bytes = Argon2.bytes(of: password)
      guard let stored = stored.flatMap({ PHCString($0) }) else {
        _ = try Argon2.hash(bytes, parameters: parameters)
        return .wrong
      }
      let computed = try Argon2.hash(
        bytes, parameters: stored.parameters, salt: stored.salt, length: stored.hash.count)
      guard ConstantTime.equal(computed.hash, stored.hash) else { return .wrong }
      if stored.parameters == parameters { return .right }
      return .rightButOutdated(newHash: try Argon2.hash(bytes, parameters: parameters).text)
    }
  }

  private func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws(PasswordHashError) -> Value
  ) async throws(PasswordHashError) -> Value {
    let result: Result<Value, PasswordHashError>
    do throws(WorkerThreads.Refusal) {
      result = try await threads.run { () -> Result<Value, PasswordHashError> in Result(catching: work) }
    } catch {
      switch error {
      case .busy: throw .busy
      case .cancelled: throw .cancelled
      }
    }
    return try result.get()
  }
}

public enum PasswordHashError: Error, Hashable, Sendable {
  /// Too many are waiting: answer 503 and let the client try again.
  case busy
  case cancelled
  /// argon2 refused: its code (`argon2.h`), usually no memory or senseless costs.
  case refused(code: Int)
}

/// The calls into libargon2. They block and are made on worker threads only.
private enum Argon2 {
  /// NIST SP 800-63B asks for NFKC or NFKD, so that a password typed on another keyboard is the same bytes.
  static func bytes(of password: String) -> [UInt8] { Array(password.precomposedStringWithCompatibilityMapping.utf8) }

  static func hash(
    _ password: [UInt8], parameters: PasswordHasher.Parameters, salt: [UInt8] = RandomBytes.make(16), length: Int = 32
  ) throws(PasswordHashError) -> PHCString {
    var hash = [UInt8](repeating: 0, count: length)
    let code = argon2id_hash_raw(
      parameters.iterations, parameters.memoryKiB, parameters.parallelism, password, password.count, salt, salt.count,
      &hash, length)
    guard code == ARGON2_OK.rawValue else { throw .refused(code: Int(code)) }
    return PHCString(parameters: parameters, salt: salt, hash: hash)
  }
}
