/// Finds a path's routes. Literals win over parameters; where both lead to a route, the method decides.
struct RouteTrie: Sendable {
  enum Match: Equatable {
    /// The route's index.
    case route(Int)
    /// The path exists, with these methods only.
    case methods([String])
    case nothing
  }

  private struct Node {
    var literals: [String: Int] = [:]
    var parameter: Int?
    var routes: [String: Int] = [:]
  }

  private var nodes = [Node()]

  /// False if the method already has a route at this path, whatever its parameters are called.
  mutating func insert(_ pattern: PathPattern, _ method: RouteMethod, route: Int) -> Bool {
    var at = 0
    for segment in pattern.segments {
      switch segment {
      case .literal(let text): at = nodes[at].literals[text] ?? add { $0[at].literals[text] = $1 }
      case .parameter: at = nodes[at].parameter ?? add { $0[at].parameter = $1 }
      }
    }
    guard nodes[at].routes[method.rawValue] == nil else { return false }
    nodes[at].routes[method.rawValue] = route
    return true
  }

  private mutating func add(_ link: (inout [Node], Int) -> Void) -> Int {
    nodes.append(Node())
    link(&nodes, nodes.count - 1)
    return nodes.count - 1
  }

  func find(_ segments: [String], method: String) -> Match {
    var methods: Set<String> = []
    let wanted = method == "HEAD" ? "GET" : method
    if let route = find(segments[...], from: 0, wanted, &methods) { return .route(route) }
    if methods.isEmpty { return .nothing }
    if methods.contains("GET") { methods.insert("HEAD") }
    return .methods(methods.sorted())
  }

  private func find(_ segments: ArraySlice<String>, from at: Int, _ method: String, _ methods: inout Set<String>)
    -> Int?
  {
    guard let segment = segments.first else {
      methods.formUnion(nodes[at].routes.keys)
      return nodes[at].routes[method]
    }
    if let next = nodes[at].literals[segment],
      let route = find(segments.dropFirst(), from: next, method, &methods)
    {
      return route
    }
    guard !segment.isEmpty, let next = nodes[at].parameter else { return nil }
    return find(segments.dropFirst(), from: next, method, &methods)
  }
}
