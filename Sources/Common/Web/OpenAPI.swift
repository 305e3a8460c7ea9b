public import Core

extension RouteTable {
  /// The OpenAPI 3.1 document of the table's routes.
  ///
  /// - Parameter serverPath: the prefix the table is mounted at, `/admin/api`.
  public func openAPI(title: String, version: String, serverPath: String) -> JSONValue {
    OpenAPIDocument.make(
      title: title, version: version, serverPath: serverPath,
      parts: [OpenAPIDocument.Part(prefix: "", routes: routes, schemas: schemas)])
  }

  /// The table as a part of a document over several tables; `prefix` is put before its paths.
  public func openAPIPart(prefix: String) -> OpenAPIDocument.Part {
    OpenAPIDocument.Part(prefix: prefix, routes: routes, schemas: schemas)
  }

  /// Names in `Schema.ref` that nothing defines: a test keeps this empty.
  public var undefinedReferences: Set<String> {
    var used: Set<String> = []
    for route in routes {
      used.formUnion(route.answer?.references ?? [])
      switch route.body {
      case .json(let schema), .optionalJSON(let schema): used.formUnion(schema.references)
      case .none, .form, .raw: break
      }
      for parameter in route.query { used.formUnion(parameter.schema.references) }
    }
    for (_, schema) in schemas { used.formUnion(schema.references) }
    return used.subtracting(schemas.map(\.name))
  }
}

/// Writes OpenAPI 3.1 from route descriptions.
public enum OpenAPIDocument {
  /// One table's contribution.
  public struct Part: Sendable {
    let prefix: String
    let routes: [RouteDescription]
    let schemas: [(name: String, schema: Schema)]
  }

  public static func make(title: String, version: String, serverPath: String, parts: [Part]) -> JSONValue {
    var paths: JSONObject = [:]
    var schemas: JSONObject = ["problem": problem.json]
    for part in parts {
      for route in part.routes {
        let path = route.path == "/" && !part.prefix.isEmpty ? part.prefix : part.prefix + route.path
        var item = paths[path]?.objectValue ?? [:]
        item[route.method.rawValue.lowercased()] = operation(route, path: path)
        paths[path] = .object(item)
      }
      for (name, schema) in part.schemas { schemas[name] = schema.json }
    }
    return [
      "openapi": "3.1.0",
      "info": ["title": .string(title), "version": .string(version)],
      "servers": [["url": .string(serverPath)]],
      "paths": .object(paths),
      "components": [
        "schemas": .object(schemas),
        "responses": .object(refusals),
        "securitySchemes": [
          "token": [
            "type": "http", "scheme": "bearer", "description": "The token of a log-in, or an API key.",
          ]
        ],
      ],
    ]
  }

  private static func operation(_ route: RouteDescription, path: String) -> JSONValue {
    let words = path.split { "/{}-.".contains($0) }.map { String($0.replacing("_", with: "")) }
    var operation: JSONObject = [
      "operationId": .string(([route.method.rawValue.lowercased()] + words).joined(separator: "_")),
      "summary": .string(route.summary),
      "tags": [.string(words.first ?? "root")],
      "security": route.access == .anyone ? [] : [["token": []]],
    ]
    if case .section(let section, let level) = route.access {
      operation["x-permission"] = ["section": .string(section), "access": .string(level.rawValue)]
    }
    if let feature = route.feature { operation["x-feature"] = .string(feature) }
    let parameters = parameters(of: route)
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    if let body = requestBody(route.body) { operation["requestBody"] = body }
    operation["responses"] = responses(of: route)
    return .object(operation)
  }

  private static func parameters(of route: RouteDescription) -> [JSONValue] {
    var parameters: [JSONValue] = route.parameterNames.map { name in
      ["name": .string(name), "in": "path", "required": true, "schema": Schema.string.json]
    }
    for parameter in route.query {
      parameters.append([
        "name": .string(parameter.name), "in": "query", "required": .bool(parameter.isRequired),
        "description": .string(parameter.description), "schema": parameter.schema.json,
      ])
    }
    if route.creates {
      parameters.append([
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Up to 255 characters. The same key with the same body is answered from the first answer.",
        "schema": Schema.string.json,
      ])
    }
    return parameters
  }

  private static func requestBody(_ body: BodyKind) -> JSONValue? {
    switch body {
    case .none: nil
    case .json(let schema): content("application/json", schema)
    case .optionalJSON(let schema): content("application/json", schema, isRequired: false)
    case .form: content("application/x-www-form-urlencoded", .map(.string))
    case .raw: content("application/octet-stream", Schema(json: ["type": "string", "format": "binary"]))
    }
  }

  private static func content(_ type: String, _ schema: Schema, isRequired: Bool = true) -> JSONValue {
    var types: JSONObject = [:]
    types[type] = ["schema": schema.json]
    return ["required": .bool(isRequired), "content": .object(types)]
  }

  private static func responses(of route: RouteDescription) -> JSONValue {
    var success: JSONObject = ["description": .string(route.summary)]
    if let answer = route.answer { success["content"] = ["application/json": ["schema": answer.json]] }
    var responses: JSONObject = [:]
    responses[String(route.status)] = .object(success)
    for status in refusals(of: route) { responses[status] = ["$ref": .string("#/components/responses/\(status)")] }
    responses["default"] = refusal("Any other refusal.")
    return .object(responses)
  }

  /// What a route may refuse with beside its own reasons, by where the dispatcher does.
  private static func refusals(of route: RouteDescription) -> [String] {
    var statuses: [String] = []
    if route.body != .none { statuses += ["400", "413", "415"] }
    if route.access != .anyone { statuses += ["401", "403"] }
    if route.feature != nil { statuses.append("402") }
    if !route.parameterNames.isEmpty { statuses.append("404") }
    if !route.method.isSafe { statuses.append("409") }
    if route.body != .none || !route.query.isEmpty || route.creates { statuses.append("422") }
    return (statuses + ["429", "503"]).sorted()
  }

  private static let refusals: JSONObject = [
    "400": refusal("The request cannot be read."),
    "401": refusal("There is no valid token."),
    "402": refusal("The licence does not have the feature; `detail` names it and the plan."),
    "403": refusal("The session or key may not do that; `detail` names the section and the access."),
    "404": refusal("There is no such thing, or not for this token."),
    "409": refusal("It does not go with how things are; `errors` may name the field."),
    "413": refusal("The body is too large."),
    "415": refusal("The body's type is not the documented one."),
    "422": refusal("Fields are missing or wrong; `errors` names each."),
    "429": refusal("Too many requests; `Retry-After` says when to try again."),
    "503": refusal("Not now; `Retry-After` says when to try again."),
  ]

  private static func refusal(_ description: String) -> JSONValue {
    [
      "description": .string(description),
      "content": ["application/problem+json": ["schema": Schema.ref("problem").json]],
    ]
  }

  private static let problem = Schema.object([
    .required("type", .string), .required("title", .string), .required("status", .integer),
    .required("detail", .string.nullable), .required("code", .string.described("Stable.")),
    .required(
      "errors",
      .array(.object([.required("field", .string), .required("code", .string), .required("message", .string)]))),
  ])
}
