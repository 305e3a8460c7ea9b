import Database
import Synchronization

/// Makes one call of the database of those that many tasks want at about the same time. Who finds no call of the
/// tenant under way calls at once; who comes meanwhile waits, and goes with all others that wait in the call after it. So
/// nobody is answered by a call that began before they asked: what they read is as fresh as if they had read it alone.
///
/// When a call for several fails, each of them calls alone: nobody fails for what another asked.
final class SharedCalls<Request: Sendable, Answer: Sendable>: Sendable {
  /// As many answers as there are requests, in their order.
  typealias Call = ([Request]) async throws(DatabaseError) -> [Answer]

  private struct Waiter: Sendable {
    let request: Request
    let continuation: CheckedContinuation<Turn, Never>
  }

  /// What becomes of who asks.
  private enum Turn: Sendable {
    /// They call, for these besides.
    case calls([Waiter])
    case answered(Answer)
    /// The call that they were part of failed.
    case alone
  }

  /// Requests of one call.
  private let limit: Int
  /// Who waits for a tenant's call to end; no entry: none is under way.
  private let lines = Mutex<[Int64: [Waiter]]>([:])

  init(limit: Int = 64) { self.limit = limit }

  func answer(
    _ request: Request, of tenantID: Int64, by call: Call
  ) async throws(DatabaseError) -> Answer {
    switch await turn(request, tenantID) {
    case .answered(let answer): return answer
    case .alone: return try await call([request])[0]
    case .calls(let others):
      let answers: [Answer]
      do throws(DatabaseError) {
        answers = try await call([request] + others.map(\.request))
      } catch {
        pass(on: tenantID)
        for other in others { other.continuation.resume(returning: .alone) }
        guard !others.isEmpty else { throw error }
        return try await call([request])[0]
      }
      pass(on: tenantID)
      for (place, other) in others.enumerated() {
        // An answer that is missing leaves nobody waiting for ever.
        let turn: Turn = place + 1 < answers.count ? .answered(answers[place + 1]) : .alone
        other.continuation.resume(returning: turn)
      }
      return answers[0]
    }
  }

  /// How many wait for a call of the tenant that is under way.
  func waitingCount(of tenantID: Int64) -> Int { lines.withLock { $0[tenantID]?.count ?? 0 } }

  private func turn(_ request: Request, _ tenantID: Int64) async -> Turn {
    await withCheckedContinuation { continuation in
      let isFirst = lines.withLock { lines -> Bool in
        guard lines[tenantID] != nil else {
          lines[tenantID] = []
          return true
        }
        lines[tenantID]?.append(Waiter(request: request, continuation: continuation))
        return false
      }
      if isFirst { continuation.resume(returning: .calls([])) }
    }
  }

  /// The first of those that wait makes the next call.
  private func pass(on tenantID: Int64) {
    let next = lines.withLock { lines -> [Waiter] in
      guard let line = lines[tenantID], !line.isEmpty else {
        lines[tenantID] = nil
        return []
      }
      lines[tenantID] = Array(line.dropFirst(limit))
      return Array(line.prefix(limit))
    }
    next.first?.continuation.resume(returning: .calls(Array(next.dropFirst())))
  }
}
