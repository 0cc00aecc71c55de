-- texts: id and source of the events at some places.
select place, message_id, source
from facts
where place in (select unnest($places))
