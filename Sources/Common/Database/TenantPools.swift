public import Logging
public import ServiceLifecycle

/// Where a tenant's data is and the login that may see it.
public struct TenantCoordinates: Hashable, Sendable {
  public let tenantID: Int64
  public let slug: String
  public let schema: SchemaName
  /// The tenant's own login.
  public let dsn: DSN

  public init(tenantID: Int64, slug: String, schema: SchemaName, dsn: DSN) {
    self.tenantID = tenantID
    self.slug = slug
    self.schema = schema
    self.dsn = dsn
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(tenantID) }
}

/// A small pool of connections per tenant, each on the tenant's own login, under one hard cap for all. When the cap is
/// reached, the longest idle connection of another tenant makes room.
public final class TenantPools: Service {
  public struct Limits: Sendable {
    public var maxTotal: Int
    public var perTenant: Int
    public var acquireTimeout: Duration
    public var statementTimeout: Duration?
    public var idleTimeout: Duration
    public var maxLifetime: Duration

    public init(
      maxTotal: Int = 40, perTenant: Int = 8, acquireTimeout: Duration = .seconds(5),
      statementTimeout: Duration? = .seconds(30), idleTimeout: Duration = .seconds(60),
      maxLifetime: Duration = .seconds(1_800)
    ) {
      self.maxTotal = maxTotal
      self.perTenant = perTenant
      self.acquireTimeout = acquireTimeout
      self.statementTimeout = statementTimeout
      self.idleTimeout = idleTimeout
      self.maxLifetime = maxLifetime
    }
  }

  private let core: PoolCore<TenantCoordinates>

  public init(limits: Limits = Limits(), logger: Logger) {
    let pool = PoolLimits(
      maxConnections: limits.maxTotal, acquireTimeout: limits.acquireTimeout,
      statementTimeout: limits.statementTimeout, idleTimeout: limits.idleTimeout, maxLifetime: limits.maxLifetime)
    var logger = logger
    logger[metadataKey: "pool"] = "tenants"
    core = PoolCore(limits: pool, perGroup: limits.perTenant, filler: nil, logger: logger, dsn: \.dsn)
  }

  /// The tenant's part of the database. Opens nothing yet.
  public func scope(for coordinates: TenantCoordinates) -> TenantScope {
    TenantScope(coordinates: coordinates, core: core)
  }

  /// Closes every connection the tenant has now, waiting for running statements for ten seconds at most.
  public func closeAll(tenantID: Int64) async { await core.retire { $0.tenantID == tenantID } }

  /// Connections open or being opened, of all tenants.
  public var connectionCount: Int { core.connectionCount }
  /// Connections lent right now.
  public var busyCount: Int { core.lentCount }
  /// Callers waiting for one.
  public var waiterCount: Int { core.waiterCount }

  public func run() async throws { await core.maintain() }

  /// Refuses new callers, lets running ones finish for ten seconds, then breaks their connections off.
  public func close() async { await core.close() }
}
