-- places: where the events with some ids are.
select place
from facts
where message_id in (select unnest($ids))
