import Conversions
import Core
import Database

extension PostbackService {
  /// What became of a hit that was processed once more.
  enum Repetition: Sendable, Hashable {
    case ended(PostbackOutcome)
    /// It has written something before: once more would count it twice.
    case counted
    /// Its click may still be in a journal.
    case notYet

    /// For tallies and answers.
    var code: String {
      switch self {
      case .ended(let outcome): outcome.code
      case .counted: "counted"
      case .notYet: "not_yet"
      }
    }
  }

  /// Processes a hit of the log that has written nothing, as if it came now. It keeps its id and its time.
  func again(_ entry: PostbackLogEntry, in scope: TenantScope) async throws -> Repetition {
    guard entry.isFruitless else { return .counted }
    let outcome = try await process(Arrival(hit: entry.hit, isAgain: true), in: scope)
    if case .notYet = outcome { return .notYet }
    return .ended(outcome)
  }
}
