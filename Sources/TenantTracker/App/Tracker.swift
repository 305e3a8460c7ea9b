import Core
import Database
import Foundation
import Geo
import Logging
import Security
import Web

/// Everything a tracker is made of, made once and handed down. The only wiring there is.
struct Tracker: Sendable {
  let configuration: Configuration
  let home: Home
  let clock: any WallClock
  let logger: Logger
  let secretKey: SecretKey
  let secrets: SecretBox

  let control: ConnectionPool
  let pools: TenantPools
  let migrations: TenantMigrations
  let catalog: TenantCatalog
  let coordinates: TenantCoordinatesMaker
  let partitions: ClickPartitions
  let schemas: SchemaBuilder

  let audit: AuditLog
  let accounts: Accounts
  let seats: Seats
  let licenses: LicenseKeeper
  let provisioner: TenantProvisioner
  var writer: ConfigurationWriter
  let settings = SettingsStore()
  /// Empty until it is told to load.
  let geo: GeoLibrary

  init(
    _ configuration: Configuration, home: Home, clock: any WallClock = SystemClock(),
    logger: Logger = Logger(label: "trackily"), passwordCosts: PasswordHasher.Parameters = .init()
  ) throws {
    self.configuration = configuration
    self.home = home
    self.clock = clock
    self.logger = logger
    try Tracker.makeStateDirectory(configuration.stateDirectory)
    secretKey = try Tracker.secretKey(configuration)
    secrets = SecretBox(key: secretKey)

    control = ConnectionPool(
      name: "control", dsn: configuration.databaseURL.with(applicationName: "trackily-control"), logger: logger)
    pools = TenantPools(logger: logger)
    migrations = try TenantMigrations(home: home, dsn: configuration.databaseURL, pool: control)
    catalog = TenantCatalog(control: control)
    coordinates = TenantCoordinatesMaker(base: configuration.databaseURL, secrets: secrets)
    partitions = ClickPartitions(control: control)
    schemas = SchemaBuilder(
      control: control, migrations: migrations, partitions: partitions, secrets: secrets, clock: clock)

    audit = AuditLog(clock: clock)
    let users = UserStore()
    accounts = Accounts(
      users: users, sessions: SessionStore(), apiKeys: APIKeyStore(), invitations: InvitationStore(),
      hasher: PasswordHasher(parameters: passwordCosts), policy: PasswordPolicy(), secrets: secrets,
      failures: RateLimiter(limit: 10, window: .minutes(15), clock: clock), audit: audit, clock: clock)
    seats = Seats(users: users)
    licenses = LicenseKeeper(
      client: LicenseServerClient(baseURL: configuration.licenseServerURL), seats: seats, secrets: secrets,
      publicHost: configuration.publicHost ?? "localhost", clock: clock, logger: logger)
    provisioner = TenantProvisioner(
      control: control, catalog: catalog, schemas: schemas, pools: pools, accounts: accounts, secrets: secrets,
      coordinates: coordinates, clock: clock, logger: logger)
    writer = ConfigurationWriter(audit: audit, clock: clock)
    geo = GeoLibrary(
      folder: configuration.geoipDirectory, scratch: configuration.stateDirectory, clock: clock)
  }

  /// STATE_DIR, for this user alone.
  private static func makeStateDirectory(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ConfigurationError(problems: ["STATE_DIR can't be made: it must be a directory this user may write to"])
    }
  }

  /// SECRET_KEY, else the key generated once into STATE_DIR (0600).
  private static func secretKey(_ configuration: Configuration) throws -> SecretKey {
    if let text = configuration.secretKey, let key = SecretKey(text) { return key }
    return try SecretKeyFile(path: "\(configuration.stateDirectory)/secret_key").loadOrCreate()
  }

  func scope(of tenant: Tenant) throws -> TenantScope { pools.scope(for: try coordinates.coordinates(of: tenant)) }
}

extension Configuration {
  /// PUBLIC_URL's host.
  var publicHost: String? { publicURL.flatMap { WebURL.host(of: $0) } }
}
