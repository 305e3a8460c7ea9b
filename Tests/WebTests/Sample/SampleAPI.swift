import Core
import Synchronization

@testable import Web

/// A site by its host, as the programs have tenants.
struct Site: Sendable {
  let name: String
}

/// Who is signed in, by token.
struct Person: SignedInSession {
  let actorID: String
  var mustChangePassword = false
  var permissions: Set<Access> = []

  func allows(_ access: Access) -> Bool { access == .signedIn || permissions.contains(access) }

  static let byToken: [String: Person] = [
    "admin": Person(
      actorID: "1",
      permissions: [
        .section("campaigns", .read), .section("campaigns", .write), .section("reports", .read),
        .section("settings", .write),
      ]),
    "viewer": Person(actorID: "2", permissions: [.section("campaigns", .read), .section("reports", .read)]),
    "newcomer": Person(actorID: "3", mustChangePassword: true, permissions: [.section("campaigns", .read)]),
  ]
}

struct LostDatabase: Error {}

struct Secretive: Error, CustomStringConvertible {
  var description: String { "password=hunter2 in SELECT secret FROM vault" }
}

/// A small JSON API with every kind of route.
final class SampleAPI: Sendable {
  let created = Counter()
  let checks = Mutex<[String]>([])
  let gate = Gate()

  var table: RouteTable<Site, Person> {
    var table = RouteTable<Site, Person>()
    table.define("campaign", .object([.required("id", .integer), .required("name", .string)]))
    table.open(.post, "/login", "Signs in.", body: .json(.object([.required("email", .email)])), answer: .any) { call in
      var fields = try call.fields()
      let email = fields.email("email")
      try fields.finish()
      return .json(["token": "admin", "email": JSONValue(email?.description), "site": .string(call.place.name)])
    }
    table.on(.get, "/me", .signedIn, "Who is signed in.", answer: .any, whilePasswordMustChange: true) { call in
      .json(["id": .string(call.session.actorID), "client": .string(call.clientAddress.description)])
    }
    campaigns(&table)
    failures(&table)
    return table
  }

  private func campaigns(_ table: inout RouteTable<Site, Person>) {
    table.on(
      .get, "/campaigns", .section("campaigns", .read), "The campaigns.", query: .page,
      answer: .page(of: .ref("campaign"))
    ) { call in
      let page = try call.page
      return .json(Page(items: [page.limit]).json { .int($0) })
    }
    table.on(
      .post, "/campaigns", .section("campaigns", .write), "Makes a campaign.", body: .json(.ref("campaign")),
      answer: .ref("campaign"), status: 201, creates: true, bodyLimit: 2_000
    ) { [created, gate] call in
      var fields = try call.fields()
      let name = fields.string("name") ?? ""
      try fields.finish()
      if name == "slow" { await gate.wait() }
      created.increment()
      return .created(["id": .int(created.value), "name": .string(name)], location: "/campaigns/\(created.value)")
    }
    table.on(.get, "/campaigns/{id}", .section("campaigns", .read), "A campaign.", answer: .ref("campaign")) { call in
      .json(["id": .int(try call.id())])
    }
    table.on(.delete, "/campaigns/{id}", .section("campaigns", .write), "Deletes it.", status: 204) { call in
      _ = try call.id()
      return .noContent
    }
    table.on(.get, "/campaigns/templates", .section("campaigns", .read), "Templates.", answer: .any) { _ in
      .json(["templates": []])
    }
    table.on(.get, "/clicks/{id}", .section("reports", .read), "A click.", answer: .any) { call in
      .json(["id": JSONValue(try call.uuid())])
    }
    table.on(.get, "/tags/{tag}", .section("reports", .read), "A tag.", answer: .any) { call in
      .json(["tag": .string(call.parameter("tag")), "note": JSONValue(call.query("note"))])
    }
    table.on(
      .post, "/uploads", .section("campaigns", .write), "Takes a file.", body: .raw, answer: .any, bodyLimit: 200_000
    ) { .json(["bytes": .int($0.bytes.count)]) }
    table.on(
      .post, "/campaigns/{id}/clone", .section("campaigns", .write), "Clones.", body: .optionalJSON(.any), answer: .any
    ) { .json($0.json) }
    table.on(
      .post, "/automation", .section("settings", .write), "A licensed thing.", feature: "automizer", body: .json(.any),
      answer: .any
    ) { _ in .json([:]) }
  }

  private func failures(_ table: inout RouteTable<Site, Person>) {
    table.on(.get, "/secretive", .signedIn, "Throws what nobody planned.") { _ in throw Secretive() }
    table.on(.get, "/database", .signedIn, "Throws a known error.") { _ in throw LostDatabase() }
    table.on(.get, "/long", .signedIn, "A long answer.", answer: .any) { _ in
      .json(["text": .string(String(repeating: "tracker ", count: 1_000))])
    }
    table.on(.get, "/stream", .signedIn, "A streamed answer.") { _ in
      .stream(type: .csv, filename: "stats 2026.csv") { writer in
        for row in 0..<1_000 { try await writer.write("row;\(row)\n") }
      }
    }
    table.on(.get, "/broken-stream", .signedIn, "Fails half-way.") { _ in
      .stream(type: .csv) { writer in
        try await writer.write("first\n")
        throw Secretive()
      }
    }
  }

  var hooks: RouteHooks<Site, Person> {
    RouteHooks(
      locate: { [self] head in
        checks.withLock { $0.append("place") }
        guard head.host != "nowhere.test" else { throw Problem.notFound("site") }
        return Site(name: head.host)
      },
      authenticate: { [self] head, _ in
        checks.withLock { $0.append("session") }
        return head.bearerToken.flatMap { Person.byToken[$0] }
      },
      checkFeature: { [self] _, feature in
        checks.withLock { $0.append("feature") }
        throw Problem.featureNotLicensed(feature: feature, plan: "Pro")
      },
      idempotency: MemoryIdempotency().hooks)
  }

  var mount: Mount { Mount("/api", table, hooks) }

  static func translate(_ error: any Error) -> Problem? {
    error is LostDatabase ? .unavailable("The database is away.") : nil
  }
}

/// Keeps idempotency keys as the programs do, without a database.
final class MemoryIdempotency: Sendable {
  private let entries = Mutex<[String: (fingerprint: [UInt8], reply: StoredReply?)]>([:])

  var hooks: Idempotency<Site, Person> {
    Idempotency(
      begin: { _, person, request in
        self.entries.withLock { entries in
          let key = "\(person?.actorID ?? "")/\(request.key)"
          guard let entry = entries[key] else {
            entries[key] = (request.fingerprint, nil)
            return .first
          }
          if entry.fingerprint != request.fingerprint { return .reused }
          return entry.reply.map { .replay($0) } ?? .inFlight
        }
      },
      finish: { _, person, request, reply in
        self.entries.withLock { $0["\(person?.actorID ?? "")/\(request.key)"] = (request.fingerprint, reply) }
      },
      abandon: { _, person, request in
        self.entries.withLock { $0["\(person?.actorID ?? "")/\(request.key)"] = nil }
      })
  }
}

/// Holds handlers until it is opened.
final class Gate: Sendable {
  private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  var waitingCount: Int { state.withLock { $0.waiting.count } }
}
