import Core
import Database
import Logging
import Security
import ServiceLifecycle
import Web

/// Turns a page of somewhere else into a local landing: fetches or unpacks it in the background, then stores page, files
/// and first version in one transaction.
struct LandingImporter: Service {
  enum Source: Sendable {
    case url(String)
    case archive([UInt8], filename: String)

    var title: String {
      switch self {
      case .url(let url): url
      case .archive(_, let filename): filename
      }
    }
  }

  let landings: ResourceAPI<LandingStore>
  let store: LandingImportStore
  let fetcher: PageFetcher
  private let work = BoundedWork(limit: 2, queue: 8)
  private let unpackers = WorkerThreads(count: 1, queueLimit: 8)

  init(landings: ResourceAPI<LandingStore>, policy: DestinationPolicy, limits: ImportLimits = ImportLimits()) {
    self.landings = landings
    store = LandingImportStore(clock: landings.writer.clock)
    fetcher = PageFetcher(http: OutboundHTTP(policy: policy, maxRequests: 16), limits: limits)
  }

  var limits: ImportLimits { fetcher.limits }

  func run() async throws { try await work.run() }

  /// Begins an import; how it goes is in its row.
  func begin(_ source: Source, name: String?, by call: TrackerCall) async throws -> LandingImport {
    let scope = call.place.scope
    let entry = try await store.begin(
      String(source.title.prefix(500)), name: name ?? "", by: call.session.auditName, of: scope)
    let isTaken = work.submit { await self.bring(source, entry, named: name, by: call) }
    guard isTaken else {
      try await store.fail(entry.id, "Too many imports are under way.", of: scope)
      throw Problem.unavailable("Too many imports are under way.", retryAfter: 30)
    }
    return entry
  }

  /// Does the work of an import, whatever comes of it.
  func bring(_ source: Source, _ entry: LandingImport, named name: String?, by call: TrackerCall) async {
    let scope = call.place.scope
    do {
      let page = try await page(of: source, entry.id, scope)
      let fallback = PageText.title(page.html) ?? source.title
      _ = try await add(page, named: name, else: String(fallback.prefix(150)), ending: entry, by: call)
    } catch {
      let problem = (error as? ImportFailure)?.description ?? (error as? Problem).map { $0.sentence }
      if problem == nil { call.logger.error("import failed", metadata: ["error": "\(error)"]) }
      // The database may be what failed: then the row goes silent, which is read as ended.
      try? await store.fail(entry.id, problem ?? "Something went wrong here.", of: scope)
    }
  }

  private func page(of source: Source, _ id: UUIDv7, _ scope: TenantScope) async throws -> ImportedPage {
    switch source {
    case .url(let url):
      return try await fetcher.page(at: url) { [store] done, total in
        try? await store.progress(id, done: done, total: total, of: scope)
      }
    case .archive(let bytes, _):
      let limits = limits
      let result = try await unpackers.run {
        Result { () throws(ImportFailure) in try ImportedPage(archive: bytes, limits: limits) }
      }
      return try result.get()
    }
  }

  /// Stores an imported page as a landing and gives its id.
  /// - Parameters:
  ///   - name: as asked for.
  ///   - fallback: without a name.
  func add(
    _ page: ImportedPage, named name: String?, else fallback: String, ending entry: LandingImport? = nil,
    by call: TrackerCall
  ) async throws -> Int64 {
    guard page.html.count <= Landing.htmlLimit else {
      throw ImportFailure("The page is larger than \(Landing.htmlLimit >> 20) MB.")
    }
    return try await insert(page, name ?? fallback, entry, by: call)
  }

  private func insert(
    _ page: ImportedPage, _ name: String, _ entry: LandingImport?, by call: TrackerCall
  ) async throws -> Int64 {
    let (scope, writer) = (call.place.scope, landings.writer)
    return try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      var draft = Landing.Draft(name: name, content: .local(html: ""), notes: "")
      let id = try await landings.store.insert(draft, at: now, of: scope, in: connection)
      let (html, assets) = page.placed(below: "/lander/\(id)/1/")
      draft.content = .local(html: html)
      try await landings.store.update(id, draft, at: now, of: scope, in: connection)
      try await LandingVersionStore().add(
        html, .import, to: id, by: call.session.auditName, at: now, of: scope, in: connection)
      for asset in assets {
        try await LandingAssetStore().insert(asset, landing: id, version: 1, of: scope, in: connection)
      }
      if let entry { try await store.finish(entry.id, landing: id, notes: page.notes, of: scope, in: connection) }
      let after: JSONValue = [
        "name": .string(name), "source": .string(entry?.source ?? "HTML"), "files": .int(assets.count),
      ]
      try await writer.audit.append("landing.import", "landing:\(id)", after: after, by: call, in: connection)
      return id
    }
  }
}

extension Problem {
  /// What went wrong, for somebody who reads.
  var sentence: String {
    errors.first.map { "\($0.field) \($0.message)" } ?? detail ?? title
  }
}
