import ClickPath
import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Counts the macros that sources send unreplaced. The click path leaves a mark in memory; every few seconds the marks
/// are added up in the database. Whoever sends a thousand different ones is heard only so far.
final class SourceWarningWatch: Service {
  struct Mark: Hashable {
    let sourceID: Int64
    let parameter: String
    let macro: String
  }

  struct Count: Hashable {
    var hits: Int64
    var firstSeenAt: Timestamp
    var lastSeenAt: Timestamp
  }

  /// Different marks kept until they are written down.
  static let limit = 2_000
  private static let interval = Duration.seconds(3)

  private let marks = Mutex<(counts: [Int64: [Mark: Count]], size: Int)>(([:], 0))
  private let store = SourceWarningStore()
  private let scopes: @Sendable (Int64) throws -> TenantScope
  private let logger: Logger

  /// - Parameter scopes: a tenant's data by its id.
  init(scopes: @escaping @Sendable (Int64) throws -> TenantScope, logger: Logger) {
    self.scopes = scopes
    self.logger = logger
  }

  /// Takes a lock only for a click that has such macros.
  func note(_ macros: [UnreplacedMacro], of click: ClickEvent) {
    guard !macros.isEmpty, let sourceID = click.sourceID else { return }
    marks.withLock { state in
      for macro in macros {
        let mark = Mark(sourceID: sourceID, parameter: macro.parameter, macro: macro.macro)
        add(Count(hits: 1, firstSeenAt: click.ts, lastSeenAt: click.ts), to: mark, of: click.tenantID, &state)
      }
    }
  }

  private func add(
    _ count: Count, to mark: Mark, of tenantID: Int64, _ state: inout (counts: [Int64: [Mark: Count]], size: Int)
  ) {
    if var known = state.counts[tenantID]?[mark] {
      known.hits += count.hits
      known.firstSeenAt = min(known.firstSeenAt, count.firstSeenAt)
      known.lastSeenAt = max(known.lastSeenAt, count.lastSeenAt)
      state.counts[tenantID]?[mark] = known
    } else if state.size < Self.limit {
      state.counts[tenantID, default: [:]][mark] = count
      state.size += 1
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.interval) } catch { return }
        await writeDown()
      }
    }
    await writeDown()
  }

  /// What can't be written now stays for the next time.
  func writeDown() async {
    let taken = marks.withLock { state in
      defer { state = ([:], 0) }
      return state.counts
    }
    for (tenantID, counts) in taken {
      do { try await store.add(counts, of: try scopes(tenantID)) } catch {
        logger.info("source warnings not written down yet", metadata: ["tenant": "\(tenantID)", "error": "\(error)"])
        marks.withLock { state in
          for (mark, count) in counts { add(count, to: mark, of: tenantID, &state) }
        }
      }
    }
  }
}

/// All SQL on what the watch has counted.
struct SourceWarningStore: Sendable {
  /// Different ones kept of a source.
  static let limitPerSource = 50

  func add(
    _ counts: [SourceWarningWatch.Mark: SourceWarningWatch.Count], of scope: TenantScope
  ) async throws {
    // In one order, so that two nodes never wait for each other.
    let ordered = counts.sorted {
      ($0.key.sourceID, $0.key.parameter, $0.key.macro) < ($1.key.sourceID, $1.key.parameter, $1.key.macro)
    }
    for (mark, count) in ordered {
      try await scope.execute(
        """
        INSERT INTO \(scope.schema).source_warnings AS w
          (source_id, parameter, macro, hits, first_seen_at, last_seen_at)
        SELECT s.id, \(mark.parameter), \(mark.macro), \(count.hits), \(count.firstSeenAt), \(count.lastSeenAt)
        FROM \(scope.schema).sources s
        WHERE s.id = \(mark.sourceID) AND (
          (SELECT count(*) FROM \(scope.schema).source_warnings k WHERE k.source_id = s.id) < \(Self.limitPerSource)
          OR EXISTS (SELECT 1 FROM \(scope.schema).source_warnings k
            WHERE k.source_id = s.id AND k.parameter = \(mark.parameter) AND k.macro = \(mark.macro)))
        ON CONFLICT (source_id, parameter, macro) DO UPDATE SET hits = w.hits + EXCLUDED.hits,
          first_seen_at = LEAST(w.first_seen_at, EXCLUDED.first_seen_at),
          last_seen_at = GREATEST(w.last_seen_at, EXCLUDED.last_seen_at)
        """)
    }
  }
}
