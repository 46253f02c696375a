# Classroom 50, result.json, schema "classroom50/result/v1": true, or the first rule that it breaks.
def need($key; $type): if (.[$key] | type) == $type then . else error("\($key) is no \($type)") end;
def whole($key): need($key; "number") | if .[$key] == (.[$key] | floor) and .[$key] >= 0 then . else error("\($key) is no whole number") end;

["schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review", "datetime", "score", "max-score", "tests"] as $must
| ($must - keys) as $missing | if $missing == [] then . else error("missing \($missing)") end
| (keys - $must - ["graded_at", "submitted_by"]) as $more | if $more == [] then . else error("unknown keys \($more)") end
| reduce ($must - ["score", "max-score", "tests"])[] as $key (.; need($key; "string"))
| if .schema == "classroom50/result/v1" then . else error("schema \(.schema)") end
| if .assignment_type == "individual" or .assignment_type == "group" then . else error("assignment_type \(.assignment_type)") end
| if .submission | startswith("submit/") then . else error("submission \(.submission)") end
| if .datetime | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$") then . else error("datetime \(.datetime)") end
| whole("score") | whole("max-score") | need("tests"; "array")
| .tests[] |= (if keys == ["max-score", "passed", "score", "test-name"] then . else error("a test has the keys \(keys)") end
	| need("test-name"; "string") | need("passed"; "boolean") | whole("score") | whole("max-score"))
| if .score == ([.tests[].score] | add) and ."max-score" == ([.tests[]."max-score"] | add) then true else error("the scores are not the sums") end
