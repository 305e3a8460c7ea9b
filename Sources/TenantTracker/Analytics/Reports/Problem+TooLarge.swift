public import Core
import Database

extension Problem {
  /// Runs what reads clicks or conversions of the time that somebody asks for. When a statement takes longer than it may
  /// the question was too large; asking the same again does not help.
  /// - Parameter advice: what to ask instead, as a sentence.
  /// - Throws: 422 `report_too_large` then, else what `body` throws.
  public static func unlessTooLarge<Answer>(
    _ advice: String, _ body: () async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await body()
    } catch {
      guard let error = error as? DatabaseError, error.kind == .timeout else { throw error }
      throw Problem(
        status: 422, code: "report_too_large", title: "The report is too large",
        detail: "This took longer than a report may. \(advice)")
    }
  }
}
