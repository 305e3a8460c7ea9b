/// Makes snapshots out of records. It keeps what it has compiled: a tenant whose records have not changed costs a
/// comparison, so a full refresh every few seconds is cheap.
public struct SnapshotBuilder: Sendable {
  private var compiled: [Int64: Compiled] = [:]

  private struct Compiled {
    let record: TenantRecord
    let tenant: Snapshot.Tenant
    let problems: [SnapshotProblem]
  }

  public init() {}

  /// The snapshot of these records, and what had to be left out of it. Never fails: a campaign's flaw is its own.
  public mutating func build(_ records: SnapshotRecords) -> (snapshot: Snapshot, problems: [SnapshotProblem]) {
    var next: [Int64: Compiled] = [:]
    var problems: [SnapshotProblem] = []
    var tenants: [Snapshot.Tenant] = []
    for record in records.tenants {
      let former = compiled[record.id]
      let result = former.flatMap { $0.record == record ? $0 : nil } ?? SnapshotBuilder.compile(record, after: former)
      next[record.id] = result
      problems += result.problems
      tenants.append(result.tenant)
    }
    compiled = next
    let defaultID = records.tenants.first(where: \.isDefault)?.id
    let places = SnapshotBuilder.places(records, next, defaultID: defaultID, &problems)
    let snapshot = Snapshot(
      takenAt: records.takenAt, isSingleTenant: records.isSingleTenant, tenants: tenants, places: places,
      defaultTenant: defaultID.flatMap { next[$0]?.tenant })
    return (snapshot, problems)
  }

  private static func compile(_ record: TenantRecord, after former: Compiled?) -> Compiled {
    // A long blacklist takes longer to compile than all the rest and seldom changes.
    let blacklist = former.flatMap { $0.record.blacklist == record.blacklist ? $0.tenant.blacklist : nil }
    var compiler = TenantCompiler(record, blacklist: blacklist)
    let tenant = compiler.compile()
    return Compiled(record: record, tenant: tenant, problems: compiler.problems)
  }

  private static func places(
    _ records: SnapshotRecords, _ compiled: [Int64: Compiled], defaultID: Int64?, _ problems: inout [SnapshotProblem]
  ) -> [String: Snapshot.Place] {
    var places: [String: Snapshot.Place] = [:]
    if let tenant = defaultID.flatMap({ compiled[$0]?.tenant }) {
      for host in records.publicHosts {
        places[Snapshot.hostName(host)] = Snapshot.Place(tenant: tenant, servesDashboard: true)
      }
    }
    for record in records.tenants {
      guard let tenant = compiled[record.id]?.tenant else { continue }
      for host in record.hosts {
        let name = Snapshot.hostName(host.host)
        if let owner = places[name]?.tenant {
          if owner.id != record.id {
            problems.append(
              SnapshotProblem(tenantID: record.id, subject: "host \(name)", message: "belongs to tenant \(owner.id)"))
          }
          continue
        }
        places[name] = Snapshot.Place(tenant: tenant, host: host)
      }
    }
    return places
  }
}
