import Core
import Jobs

/// What resellers need done on time. Every part bears being done again.
struct ResellerJobs: Sendable {
  private static let kind = "resellers"

  let renewals: ResellerRenewals
  let statements: ResellerStatements

  var schedule: JobSchedule { JobSchedule(kind: Self.kind, every: .hours(1)) }

  var handler: JobHandler {
    JobHandler(kind: Self.kind) { _ in
      try await renewals.renewDue()
      try await renewals.cutOff()
      try await statements.billLastMonth()
    }
  }
}
