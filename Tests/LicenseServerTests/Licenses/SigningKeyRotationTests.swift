import Core
import Licensing
import TestSupport
import Testing

@testable import LicenseServer

/// Signing keys are replaced while trackers go on asking.
@Suite struct SigningKeyRotationTests {
  /// A tracker's side: what it remembers, and the keys it knows.
  private struct Tracker {
    let key: String
    let fingerprint: String
    var keys: JWKS
    var state = LeaseState()
    var fetches = 0

    /// Takes an answer as a tracker does: signed with a key it does not know, it fetches the key set once.
    mutating func take(_ answer: JSONValue, nonce: String, from server: RunningServer) async throws {
      let signed = try #require(answer["signed"]?.stringValue)
      if (try? LeaseVerifier(keys: keys).decision(signed, nonce: nonce, licenseKey: key)) == nil {
        let published = try await server.visitor.get(LicenseAPI.keysPath).json
        keys = try #require(JWKS(json: published))
        fetches += 1
      }
      let verifier = LeaseVerifier(keys: keys)
      let now = server.clock.now()
      #expect(
        state.accept(try verifier.decision(signed, nonce: nonce, licenseKey: key), at: now) == .accepted)
      let token = try #require(answer["lease"]?.stringValue, "\(answer.text)")
      #expect(
        state.accept(try verifier.lease(token, fingerprint: fingerprint), from: .network, at: now) == .accepted)
    }

    mutating func beat(_ server: RunningServer) async throws {
      let nonce = LicenseAPI.makeNonce()
      let request = LicenseAPI.HeartbeatRequest(
        licenseKey: key, fingerprint: fingerprint, sequence: state.lease?.claims.sequence ?? 0, users: 1, clicks24h: 1,
        nonce: nonce)
      let answer = try await server.visitor.post(LicenseAPI.heartbeatPath, json: request.json)
      try #require(answer.status == 200)
      try await take(answer.json, nonce: nonce, from: server)
    }

    /// What was stored is still believed with the keys it knows now.
    func survivesRestart(at now: Timestamp) -> Bool {
      LeaseState(json: state.json, verifier: LeaseVerifier(keys: keys), fingerprint: fingerprint)
        .standing(at: now).phase == .current
    }
  }

  @Test func noneOfTwentyTrackersDropsOutWhileTheKeysRotate() async throws {
    try await withServer { server in
      var trackers: [Tracker] = []
      for number in 0..<20 {
        let license = try await server.license()
        var tracker = Tracker(key: license.key, fingerprint: "tracker-\(number)", keys: server.keys.published)
        let answer = try await server.activate(license.key, tracker.fingerprint, nonce: "n")
        try await tracker.take(answer, nonce: "n", from: server)
        trackers.append(tracker)
      }
      let directory = SigningKeyDirectory(path: server.plane.configuration.signingKeysDirectory)
      for _ in 0..<3 {
        server.clock.advance(by: .hours(6))
        // The keys change in the middle of the round.
        trackers = try await withThrowingTaskGroup(of: Tracker.self) { [trackers] tasks in
          for tracker in trackers {
            tasks.addTask {
              var tracker = tracker
              try await tracker.beat(server)
              return tracker
            }
          }
          try directory.rotate(at: server.clock.now())
          await server.keys.reload()
          return try await tasks.reduce(into: []) { $0.append($1) }
        }
        for index in trackers.indices { try await trackers[index].beat(server) }
        let now = server.clock.now()
        #expect(trackers.allSatisfy { $0.state.standing(at: now).phase == .current })
        #expect(trackers.allSatisfy { $0.survivesRestart(at: now) })
      }
      #expect(server.keys.published.keys.count == 4)
      #expect(trackers.allSatisfy { $0.fetches >= 3 && $0.keys.keys.count == 4 })
    }
  }

  @Test func oneThatSleptThroughARotationIsBelievedWithWhatItHas() async throws {
    try await withServer { server in
      let license = try await server.license()
      var tracker = Tracker(key: license.key, fingerprint: "sleeper", keys: server.keys.published)
      try await tracker.take(try await server.activate(license.key, "sleeper", nonce: "n"), nonce: "n", from: server)
      try SigningKeyDirectory(path: server.plane.configuration.signingKeysDirectory).rotate(at: server.clock.now())
      await server.keys.reload()
      server.clock.advance(by: .days(20))
      #expect(tracker.state.standing(at: server.clock.now()).phase == .grace)
      try await tracker.beat(server)
      #expect(tracker.state.standing(at: server.clock.now()).phase == .current)
      // The key that signed its old lease is still published.
      #expect(server.keys.published.keys.count == 2)
    }
  }
}
