import Core
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import Web

@testable import Licensing

/// A licence server as a tracker sees it, that says what a test wants.
final class LicenseVendor: Sendable {
  enum Mood: Sendable {
    /// Signed answers with this code.
    case says(LicenseCode)
    /// Signed answers: this code to one key, to all others that they are valid.
    case refuses(key: String, LicenseCode)
    /// Refusals, signed with a key that is not published.
    case forges
    /// A proxy's page, with this status.
    case fails(Int)
  }

  struct State: Sendable {
    var mood = Mood.says(.valid)
    /// Heartbeats are not answered before this is false again.
    var holdsHeartbeats = false
    var heartbeats = 0
    var sequence: Int64 = 0
  }

  let state = Mutex(State())
  private let clock: any WallClock
  private let ring: SigningKeyRing
  private let forger: SigningKeyRing

  init(clock: any WallClock) throws {
    self.clock = clock
    ring = try #require(SigningKeyRing([SigningKey.generate(at: clock.now())]))
    forger = try #require(SigningKeyRing([SigningKey.generate(at: clock.now())]))
  }

  func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

  /// Answers on a free port while `body` runs.
  func serve(_ body: (_ url: String) async throws -> Void) async throws {
    let (ports, listening) = AsyncStream<Int>.makeStream()
    let application = WebApplication(
      settings: WebSettings(address: "127.0.0.1", port: 0),
      mounts: [Mount("", table(), RouteHooks<Vendor, NoSession>(locate: { _ in Vendor() }))], logger: .silent,
      onListening: { listening.yield($0) })
    let services = ServiceGroup(configuration: .init(services: [application], logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { listening.finish() }
        try await services.run()
      }
      let port = await ports.first { _ in true }
      do { try await body("http://127.0.0.1:\(try #require(port))") } catch {
        await services.triggerGracefulShutdown()
        throw error
      }
      await services.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  private struct Vendor: Sendable {}

  private func table() -> RouteTable<Vendor, NoSession> {
    var table = RouteTable<Vendor, NoSession>()
    table.open(.get, LicenseAPI.keysPath, "Keys") { [self] _ in .json(ring.publicKeys(at: clock.now()).json) }
    table.open(.post, LicenseAPI.activatePath, "Activate", body: .json(.any)) { [self] call in
      try answer(call.json, fingerprint: call.json["instance"]?["fingerprint"]?.stringValue)
    }
    table.open(.post, LicenseAPI.deactivatePath, "Deactivate", body: .json(.any)) { [self] call in
      try answer(call.json, fingerprint: nil)
    }
    table.open(.post, LicenseAPI.heartbeatPath, "Heartbeat", body: .json(.any)) { [self] call in
      state.withLock { $0.heartbeats += 1 }
      try await eventually { state.withLock { !$0.holdsHeartbeats } }
      return try answer(call.json, fingerprint: call.json["fingerprint"]?.stringValue)
    }
    return table
  }

  private func answer(_ request: JSONValue, fingerprint: String?) throws -> Reply {
    let (mood, sequence) = state.withLock { state in
      state.sequence += 1
      return (state.mood, state.sequence)
    }
    let key = try #require(request["license_key"]?.stringValue)
    let code: LicenseCode
    var signers = ring
    switch mood {
    case .fails(let status): return .text("<html>Please log in to the hotel's network</html>").with(status: status)
    case .says(let said): code = said
    case .refuses(let refused, let said): code = key == refused ? said : .valid
    case .forges: (code, signers) = (.revoked, forger)
    }
    let isValid = code == .valid
    let status = isValid ? LicenseStatus.active : .suspended
    let decision = SignedDecision(
      isValid: isValid, code: code, status: status, nonce: request["nonce"]?.stringValue, sequence: sequence,
      issuedAt: clock.now(), licenseKey: key)
    var lease: String?
    // Each key is a licence of its own, named by its last character.
    let id = key.suffix(1)
    if isValid, let fingerprint {
      lease = try LeaseSigner(signers).sign(
        LeaseClaims(
          licenseID: "\(id)", id: "lease-\(sequence)", sequence: sequence, issuedAt: clock.now(),
          fingerprint: fingerprint, status: .active, entitlements: Entitlements(.pro)))
    }
    let license = LicenseAnswer.License(
      id: Int64(id) ?? 1, status: status, expiresAt: nil, entitlements: Entitlements(.pro))
    return .json(
      LicenseAnswer(
        isValid: isValid, code: code, license: license, instanceID: 1, lease: lease,
        signed: try LeaseSigner(signers).sign(decision)
      ).json)
  }
}

extension Reply {
  fileprivate func with(status: Int) -> Reply {
    var reply = self
    reply.status = status
    return reply
  }
}
