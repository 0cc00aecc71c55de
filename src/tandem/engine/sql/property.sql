-- property: the JSON value of each event at one path, with the event's place, from a place on; no row where there is none.
-- $pointer: the path as a JSON pointer. $above: the pointers above names that are numbers, which in a list would be positions.
select place, json_extract(properties, $pointer)::varchar as value
from facts
where place >= $since
  and json_exists(properties, $pointer)
  and (len($above) = 0 or not list_contains(list_transform($above, lambda pointer: json_type(properties, pointer)), 'ARRAY'))
