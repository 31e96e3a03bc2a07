-- Sends requests prepared in files, one a line, each file read by one thread only:
--   method TAB path TAB header TAB body
-- Arguments: the files' common name (".1", ".2", … are appended) and "once" or "again".
-- "once": nothing is ever sent twice; a thread that has sent all its lines stops the run.
-- "again": a thread that has sent all its lines begins anew.
-- Every answer's status is counted; `done` writes one line of JSON behind "@@".

local threads = {}

function setup(thread)
   table.insert(threads, thread)
   thread:set("number", #threads)
end

function init(args)
   file = assert(io.open(args[1] .. "." .. number, "r"))
   again = args[2] == "again"
   host = wrk.host .. ":" .. wrk.port
   created, accepted, refused, sent = 0, 0, 0, 0
   refusal, exhausted, last = "", false, nil
end

local function following()
   local line = file:read("*l")
   if line == nil and again then
      file:seek("set")
      line = file:read("*l")
   end
   return line
end

function request()
   local line = following()
   if line == nil then
      exhausted = true
      wrk.thread:stop()
      return "GET /nothing-left HTTP/1.1\r\nHost: " .. host .. "\r\n\r\n"
   end
   sent = sent + 1
   local method, path, header, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
   local head = method .. " " .. path .. " HTTP/1.1\r\nHost: " .. host .. "\r\n" .. header .. "\r\n"
   if body == "" then
      return head .. "\r\n"
   end
   return head .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
   if status == 201 then
      created = created + 1
   elseif status == 200 then
      accepted = accepted + 1
   elseif not exhausted then
      refused = refused + 1
      if refusal == "" then
         refusal = status .. " " .. body:sub(1, 300):gsub("[%c\"\\]", " ")
      end
   end
end

function done(summary, latency, requests)
   local total = { created = 0, accepted = 0, refused = 0, sent = 0 }
   local refusal, exhausted = "", false
   for _, thread in ipairs(threads) do
      for name, count in pairs(total) do
         total[name] = count + thread:get(name)
      end
      exhausted = exhausted or thread:get("exhausted")
      if refusal == "" then
         refusal = thread:get("refusal")
      end
   end
   local errors = summary.errors
   io.write(string.format(
      '@@{"requests":%d,"seconds":%.6f,"created":%d,"accepted":%d,"refused":%d,"sent":%d,' ..
      '"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"exhausted":%s,"refusal":"%s"}\n',
      summary.requests, summary.duration / 1e6, total.created, total.accepted, total.refused,
      total.sent, errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
      tostring(exhausted), refusal))
end
