-- What wrk sends: FILE RATE ORDER FIRST POPULATION SEED THREADS COUNT [ANSWERS]
-- FILE holds whole requests, each ended by NUL. In them @ADDRESS@ becomes the address of the visitor, @VISITOR@ its number,
-- from FIRST on: a new draw of POPULATION for every request (ORDER random), or one after the other (ORDER each). A visitor
-- always sends the same request. RATE is requests/s in all; 0 sends the next one as soon as a connection is free.
-- Answers that have the text COUNT in them are counted, unless it is empty.
-- ANSWERS.N gets the click id of every answer, a line each, of wrk's thread N.

local ffi = require("ffi")
ffi.cdef "typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int clock, moment *now);"

local threads = {}
local prepared, order, first, population, stride = {}, "random", 0, 1, 1
local turn = 0
sent, answered, counted = 0, 0, 0

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

-- A text with placeholders as a list of parts, with the indices of those to fill in.
local function template(text)
  local parts, addresses, visitors, from, inBody = {}, {}, {}, 1, 0
  local body = select(2, text:find("\r\n\r\n", 1, true)) or #text
  for before, name, after in text:gmatch("()@(%u+)@()") do
    parts[#parts + 1] = text:sub(from, before - 1)
    parts[#parts + 1] = ""
    local places = name == "ADDRESS" and addresses or visitors
    places[#places + 1] = #parts
    if before > body then inBody = inBody + 1 end
    from = after
  end
  parts[#parts + 1] = text:sub(from)
  return { parts = parts, addresses = addresses, visitors = visitors, inBody = inBody }
end

-- In the networks of ops/geoip-demo.json: a quarter of the visitors by IPv4, the others by IPv6.
local function address(visitor)
  if visitor % 4 == 0 then
    local host = visitor / 4 % 126976
    return string.format("198.%d.%d.%d", 18 + math.floor(host / 65536), math.floor(host / 256) % 256, host % 256)
  end
  return string.format(
    "2001:db8:%x:%x::%x", visitor % 0xc000, math.floor(visitor / 0xc000) % 65536, visitor % 251 + 1)
end

local function draw()
  if order == "each" then
    turn = turn + 1
    return first + ((turn - 1) * stride + number) % population
  end
  return first + math.random(0, population - 1)
end

function request()
  sent = sent + 1
  local visitor = draw()
  local template = prepared[visitor % #prepared + 1]
  local parts = template.parts
  for _, place in ipairs(template.addresses) do parts[place] = address(visitor) end
  for _, place in ipairs(template.visitors) do parts[place] = visitor end
  local text = table.concat(parts)
  if template.inBody == 0 then return text end
  -- Content-Length is of the text with its placeholders; JSON may have blanks behind it.
  return text .. string.rep(" ", template.inBody * (#"@VISITOR@" - #tostring(visitor)))
end

local function milliseconds()
  local now = ffi.new("moment")
  ffi.C.clock_gettime(1, now)
  return tonumber(now.seconds) * 1000 + tonumber(now.nanoseconds) / 1e6
end

-- Each request takes the thread's next slot. After a stall at most a tenth of a second is made up for.
local function pace(step)
  local slot = milliseconds() + math.random() * step
  function delay()
    local now = milliseconds()
    slot = math.max(slot + step, now - 100)
    return math.max(slot - now, 0)
  end
end

local function count_answers(text)
  function response(status, headers, body)
    if body:find(text, 1, true) then counted = counted + 1 end
  end
end

local function note_answers(path)
  local file = io.open(path, "w")
  file:setvbuf("full", 65536)
  function response(status, headers)
    local id = string.match(headers["Location"] or "", "_tly_click=([%x-]+)")
    if id then
      answered = answered + 1
      file:write(id, "\n")
    end
  end
end

function init(arguments)
  local file = io.open(arguments[1], "rb")
  for text in file:read("*a"):gmatch("[^%z]+") do prepared[#prepared + 1] = template(text) end
  file:close()
  order, first, population = arguments[3], tonumber(arguments[4]), tonumber(arguments[5])
  stride = tonumber(arguments[7])
  math.randomseed(tonumber(arguments[6]) + number)
  local rate = tonumber(arguments[2])
  if rate > 0 then pace(1000 * stride / rate) end
  if arguments[8] ~= "" then count_answers(arguments[8]) end
  if arguments[9] then note_answers(arguments[9] .. "." .. number) end
  -- wrk asks the first thread for one request that it does not send.
  if number == 0 then sent, turn = -1, -1 end
end

function done(summary, latency, requests)
  local all_sent, all_answered, all_counted = 0, 0, 0
  for _, thread in ipairs(threads) do
    all_sent, all_answered = all_sent + thread:get("sent"), all_answered + thread:get("answered")
    all_counted = all_counted + thread:get("counted")
  end
  local errors = summary.errors
  io.write(string.format(
    '\nJSON{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"max":%f,"refused":%d,"broken":%d,"sent":%d,"ids":%d,' ..
      '"counted":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, errors.status, errors.connect + errors.read + errors.write + errors.timeout, all_sent,
    all_answered, all_counted))
end
