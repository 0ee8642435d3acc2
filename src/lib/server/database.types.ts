// The tables and functions of the database as types: what `supabase gen types typescript --schema public` writes, without
// its shortcuts at the end. Not edited by hand.
// embedded/attacks/types.test.ts holds them against the catalogue: a migration that changes the shape has to renew them.
/* eslint-disable */

type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
	public: {
		Tables: {
			ai_control_sessions: {
				Row: {
					classroom_id: string;
					created_at: string;
					data: NonNullable<Json>;
					duration_seconds: number | null;
					feedback: string | null;
					id: string;
					rating: number | null;
					school_id: string;
					seat_id: string;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					created_at?: string;
					data?: NonNullable<Json>;
					duration_seconds?: number | null;
					feedback?: string | null;
					id?: string;
					rating?: number | null;
					school_id: string;
					seat_id: string;
				};
				Update: {
					classroom_id?: string;
					created_at?: string;
					data?: NonNullable<Json>;
					duration_seconds?: number | null;
					feedback?: string | null;
					id?: string;
					rating?: number | null;
					school_id?: string;
					seat_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'ai_control_sessions_seat_id_classroom_id_school_id_fkey';
						columns: ['seat_id', 'classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'seats';
						referencedColumns: ['id', 'classroom_id', 'school_id'];
					}
				];
			};
			arms: {
				Row: {
					classroom_id: string | null;
					created_at: string;
					id: string;
					kind: string;
					name: string;
					school_id: string;
				};
				ComputedFields: never;
				Insert: {
					classroom_id?: string | null;
					created_at?: string;
					id?: string;
					kind?: string;
					name: string;
					school_id: string;
				};
				Update: {
					classroom_id?: string | null;
					created_at?: string;
					id?: string;
					kind?: string;
					name?: string;
					school_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'arms_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'arms_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					},
					{
						foreignKeyName: 'arms_school_id_fkey';
						columns: ['school_id'];
						isOneToOne: false;
						referencedRelation: 'schools';
						referencedColumns: ['id'];
					}
				];
			};
			audit_log: {
				Row: {
					action: string;
					actor: string;
					at: string;
					detail: NonNullable<Json>;
					entity: string;
					entity_id: string;
					hash: string;
					prev_hash: string;
					school_id: string;
					seq: number;
				};
				ComputedFields: never;
				Insert: {
					action: string;
					actor: string;
					at: string;
					detail: NonNullable<Json>;
					entity: string;
					entity_id: string;
					hash: string;
					prev_hash: string;
					school_id: string;
					seq: number;
				};
				Update: {
					action?: string;
					actor?: string;
					at?: string;
					detail?: NonNullable<Json>;
					entity?: string;
					entity_id?: string;
					hash?: string;
					prev_hash?: string;
					school_id?: string;
					seq?: number;
				};
				Relationships: [];
			};
			classroom_analytics: {
				Row: {
					classroom_id: string;
					completion_rate: number | null;
					day: string;
					episodes: number;
					school_id: string;
					seats_active: number;
					successes: number;
					trainings_completed: number;
					trainings_failed: number;
					trainings_started: number;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					completion_rate?: number | null;
					day: string;
					episodes?: number;
					school_id: string;
					seats_active?: number;
					successes?: number;
					trainings_completed?: number;
					trainings_failed?: number;
					trainings_started?: number;
				};
				Update: {
					classroom_id?: string;
					completion_rate?: number | null;
					day?: string;
					episodes?: number;
					school_id?: string;
					seats_active?: number;
					successes?: number;
					trainings_completed?: number;
					trainings_failed?: number;
					trainings_started?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'classroom_analytics_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'classroom_analytics_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					}
				];
			};
			classroom_teachers: {
				Row: {
					classroom_id: string;
					created_at: string;
					ends_at: string | null;
					role: string;
					school_id: string;
					user_id: string;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					created_at?: string;
					ends_at?: string | null;
					role: string;
					school_id: string;
					user_id: string;
				};
				Update: {
					classroom_id?: string;
					created_at?: string;
					ends_at?: string | null;
					role?: string;
					school_id?: string;
					user_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'classroom_teachers_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'classroom_teachers_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					},
					{
						foreignKeyName: 'classroom_teachers_school_id_user_id_fkey';
						columns: ['school_id', 'user_id'];
						isOneToOne: false;
						referencedRelation: 'school_members';
						referencedColumns: ['school_id', 'user_id'];
					}
				];
			};
			classrooms: {
				Row: {
					admit: string;
					archived_at: string | null;
					created_at: string;
					created_by: string | null;
					hold_until: string | null;
					id: string;
					name: string;
					nicknames_allowed: boolean;
					school_id: string;
					state: string;
				};
				ComputedFields: never;
				Insert: {
					admit?: string;
					archived_at?: string | null;
					created_at?: string;
					created_by?: string | null;
					hold_until?: string | null;
					id?: string;
					name: string;
					nicknames_allowed?: boolean;
					school_id: string;
					state?: string;
				};
				Update: {
					admit?: string;
					archived_at?: string | null;
					created_at?: string;
					created_by?: string | null;
					hold_until?: string | null;
					id?: string;
					name?: string;
					nicknames_allowed?: boolean;
					school_id?: string;
					state?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'classrooms_school_id_fkey';
						columns: ['school_id'];
						isOneToOne: false;
						referencedRelation: 'schools';
						referencedColumns: ['id'];
					}
				];
			};
			datasets: {
				Row: {
					bytes: number;
					classroom_id: string;
					created_at: string;
					episodes: number;
					fps: number | null;
					frames: number;
					id: string;
					name: string;
					school_id: string;
					seat_id: string | null;
				};
				ComputedFields: never;
				Insert: {
					bytes?: number;
					classroom_id: string;
					created_at?: string;
					episodes?: number;
					fps?: number | null;
					frames?: number;
					id?: string;
					name: string;
					school_id: string;
					seat_id?: string | null;
				};
				Update: {
					bytes?: number;
					classroom_id?: string;
					created_at?: string;
					episodes?: number;
					fps?: number | null;
					frames?: number;
					id?: string;
					name?: string;
					school_id?: string;
					seat_id?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'datasets_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'datasets_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					},
					{
						foreignKeyName: 'datasets_seat_id_classroom_id_school_id_fkey';
						columns: ['seat_id', 'classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'seats';
						referencedColumns: ['id', 'classroom_id', 'school_id'];
					}
				];
			};
			join_codes: {
				Row: {
					classroom_id: string;
					code: string;
					created_at: string;
					created_by: string | null;
					expires_at: string;
					id: string;
					revoked_at: string | null;
					school_id: string;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					code: string;
					created_at?: string;
					created_by?: string | null;
					expires_at: string;
					id?: string;
					revoked_at?: string | null;
					school_id: string;
				};
				Update: {
					classroom_id?: string;
					code?: string;
					created_at?: string;
					created_by?: string | null;
					expires_at?: string;
					id?: string;
					revoked_at?: string | null;
					school_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'join_codes_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'join_codes_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					}
				];
			};
			lab_events: {
				Row: {
					classroom_id: string;
					device_id: string;
					happened_at: string;
					id: string;
					kind: string;
					payload: NonNullable<Json>;
					received_at: string;
					school_id: string;
					seat_id: string;
					seq: number;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					device_id: string;
					happened_at: string;
					id: string;
					kind: string;
					payload?: NonNullable<Json>;
					received_at?: string;
					school_id: string;
					seat_id: string;
					seq: number;
				};
				Update: {
					classroom_id?: string;
					device_id?: string;
					happened_at?: string;
					id?: string;
					kind?: string;
					payload?: NonNullable<Json>;
					received_at?: string;
					school_id?: string;
					seat_id?: string;
					seq?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'lab_events_seat_id_classroom_id_school_id_fkey';
						columns: ['seat_id', 'classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'seats';
						referencedColumns: ['id', 'classroom_id', 'school_id'];
					}
				];
			};
			notifications: {
				Row: {
					created_at: string;
					id: string;
					kind: string;
					payload: NonNullable<Json>;
					read_at: string | null;
					school_id: string;
					user_id: string;
				};
				ComputedFields: never;
				Insert: {
					created_at?: string;
					id?: string;
					kind: string;
					payload?: NonNullable<Json>;
					read_at?: string | null;
					school_id: string;
					user_id: string;
				};
				Update: {
					created_at?: string;
					id?: string;
					kind?: string;
					payload?: NonNullable<Json>;
					read_at?: string | null;
					school_id?: string;
					user_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'notifications_school_id_fkey';
						columns: ['school_id'];
						isOneToOne: false;
						referencedRelation: 'schools';
						referencedColumns: ['id'];
					}
				];
			};
			policies: {
				Row: {
					bytes: number;
					classroom_id: string;
					created_at: string;
					id: string;
					model_type: string;
					name: string;
					school_id: string;
					seat_id: string | null;
					shared: boolean;
					training_id: string | null;
				};
				ComputedFields: never;
				Insert: {
					bytes?: number;
					classroom_id: string;
					created_at?: string;
					id?: string;
					model_type: string;
					name: string;
					school_id: string;
					seat_id?: string | null;
					shared?: boolean;
					training_id?: string | null;
				};
				Update: {
					bytes?: number;
					classroom_id?: string;
					created_at?: string;
					id?: string;
					model_type?: string;
					name?: string;
					school_id?: string;
					seat_id?: string | null;
					shared?: boolean;
					training_id?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'policies_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'policies_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					},
					{
						foreignKeyName: 'policies_seat_id_classroom_id_school_id_fkey';
						columns: ['seat_id', 'classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'seats';
						referencedColumns: ['id', 'classroom_id', 'school_id'];
					},
					{
						foreignKeyName: 'policies_training_id_school_id_fkey';
						columns: ['training_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'trainings';
						referencedColumns: ['id', 'school_id'];
					}
				];
			};
			school_members: {
				Row: {
					created_at: string;
					ends_at: string | null;
					role: string;
					school_id: string;
					user_id: string;
				};
				ComputedFields: never;
				Insert: {
					created_at?: string;
					ends_at?: string | null;
					role: string;
					school_id: string;
					user_id: string;
				};
				Update: {
					created_at?: string;
					ends_at?: string | null;
					role?: string;
					school_id?: string;
					user_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'school_members_school_id_fkey';
						columns: ['school_id'];
						isOneToOne: false;
						referencedRelation: 'schools';
						referencedColumns: ['id'];
					}
				];
			};
			schools: {
				Row: {
					closed_at: string | null;
					country: string;
					created_at: string;
					id: string;
					name: string;
					plan: string;
					seat_limit: number;
				};
				ComputedFields: never;
				Insert: {
					closed_at?: string | null;
					country?: string;
					created_at?: string;
					id?: string;
					name: string;
					plan?: string;
					seat_limit?: number;
				};
				Update: {
					closed_at?: string | null;
					country?: string;
					created_at?: string;
					id?: string;
					name?: string;
					plan?: string;
					seat_limit?: number;
				};
				Relationships: [];
			};
			seat_progress: {
				Row: {
					classroom_id: string;
					episodes: number;
					faults: number;
					hand_raised_at: string | null;
					last_event_at: string | null;
					runs: number;
					school_id: string;
					seat_id: string;
					successes: number;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					episodes?: number;
					faults?: number;
					hand_raised_at?: string | null;
					last_event_at?: string | null;
					runs?: number;
					school_id: string;
					seat_id: string;
					successes?: number;
				};
				Update: {
					classroom_id?: string;
					episodes?: number;
					faults?: number;
					hand_raised_at?: string | null;
					last_event_at?: string | null;
					runs?: number;
					school_id?: string;
					seat_id?: string;
					successes?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'seat_progress_seat_id_classroom_id_school_id_fkey';
						columns: ['seat_id', 'classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'seats';
						referencedColumns: ['id', 'classroom_id', 'school_id'];
					}
				];
			};
			seats: {
				Row: {
					animal: string;
					claimed_at: string | null;
					classroom_id: string;
					color: string;
					created_at: string;
					id: string;
					nickname: string | null;
					place: number;
					school_id: string;
					state: string;
					user_id: string | null;
				};
				ComputedFields: never;
				Insert: {
					animal: string;
					claimed_at?: string | null;
					classroom_id: string;
					color: string;
					created_at?: string;
					id?: string;
					nickname?: string | null;
					place?: number;
					school_id: string;
					state?: string;
					user_id?: string | null;
				};
				Update: {
					animal?: string;
					claimed_at?: string | null;
					classroom_id?: string;
					color?: string;
					created_at?: string;
					id?: string;
					nickname?: string | null;
					place?: number;
					school_id?: string;
					state?: string;
					user_id?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'seats_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'seats_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					}
				];
			};
			servers: {
				Row: {
					cost_per_hour_eur: number;
					created_at: string;
					gpu: string | null;
					id: string;
					region: string | null;
					school_id: string;
					started_at: string | null;
					status: string;
					stopped_at: string | null;
				};
				ComputedFields: never;
				Insert: {
					cost_per_hour_eur?: number;
					created_at?: string;
					gpu?: string | null;
					id?: string;
					region?: string | null;
					school_id: string;
					started_at?: string | null;
					status?: string;
					stopped_at?: string | null;
				};
				Update: {
					cost_per_hour_eur?: number;
					created_at?: string;
					gpu?: string | null;
					id?: string;
					region?: string | null;
					school_id?: string;
					started_at?: string | null;
					status?: string;
					stopped_at?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'servers_school_id_fkey';
						columns: ['school_id'];
						isOneToOne: false;
						referencedRelation: 'schools';
						referencedColumns: ['id'];
					}
				];
			};
			trainings: {
				Row: {
					classroom_id: string;
					completed_at: string | null;
					cost_estimate_eur: number | null;
					created_at: string;
					dataset_id: string | null;
					duration_seconds: number | null;
					error: string | null;
					gpu: string | null;
					id: string;
					metrics: NonNullable<Json>;
					model_type: string;
					not_before: string | null;
					priority: number;
					region: string | null;
					requested_by: string | null;
					school_id: string;
					seat_id: string | null;
					started_at: string | null;
					status: string;
				};
				ComputedFields: never;
				Insert: {
					classroom_id: string;
					completed_at?: string | null;
					cost_estimate_eur?: number | null;
					created_at?: string;
					dataset_id?: string | null;
					duration_seconds?: number | null;
					error?: string | null;
					gpu?: string | null;
					id?: string;
					metrics?: NonNullable<Json>;
					model_type: string;
					not_before?: string | null;
					priority?: number;
					region?: string | null;
					requested_by?: string | null;
					school_id: string;
					seat_id?: string | null;
					started_at?: string | null;
					status?: string;
				};
				Update: {
					classroom_id?: string;
					completed_at?: string | null;
					cost_estimate_eur?: number | null;
					created_at?: string;
					dataset_id?: string | null;
					duration_seconds?: number | null;
					error?: string | null;
					gpu?: string | null;
					id?: string;
					metrics?: NonNullable<Json>;
					model_type?: string;
					not_before?: string | null;
					priority?: number;
					region?: string | null;
					requested_by?: string | null;
					school_id?: string;
					seat_id?: string | null;
					started_at?: string | null;
					status?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'trainings_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'classrooms';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'trainings_classroom_id_school_id_fkey';
						columns: ['classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'teacher_dashboard_stats';
						referencedColumns: ['classroom_id', 'school_id'];
					},
					{
						foreignKeyName: 'trainings_dataset_id_school_id_fkey';
						columns: ['dataset_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'datasets';
						referencedColumns: ['id', 'school_id'];
					},
					{
						foreignKeyName: 'trainings_seat_id_classroom_id_school_id_fkey';
						columns: ['seat_id', 'classroom_id', 'school_id'];
						isOneToOne: false;
						referencedRelation: 'seats';
						referencedColumns: ['id', 'classroom_id', 'school_id'];
					}
				];
			};
		};
		Views: {
			teacher_dashboard_stats: {
				Row: {
					classroom_id: string;
					cost_estimate_eur: number | null;
					episodes: number | null;
					last_event_at: string | null;
					refreshed_at: string | null;
					school_id: string;
					seats: number | null;
					seats_claimed: number | null;
					successes: number | null;
					trainings: number | null;
					trainings_completed: number | null;
					trainings_failed: number | null;
				};
				ComputedFields: never;
				Relationships: [
					{
						foreignKeyName: 'classrooms_school_id_fkey';
						columns: ['school_id'];
						isOneToOne: false;
						referencedRelation: 'schools';
						referencedColumns: ['id'];
					}
				];
			};
		};
		Functions: {
			admit_seat: { Args: { p_seat_id: string; p_yes: boolean }; Returns: undefined };
			claim_seat: { Args: { p_code: string; p_nickname?: string; p_seat_id: string }; Returns: Json };
			class_board: { Args: { p_classroom_id: string }; Returns: Json };
			create_classroom: { Args: { p_name: string; p_school_id: string; p_seats: number }; Returns: string };
			create_school: { Args: { p_name: string }; Returns: string };
			erase_seat: { Args: { p_seat_id: string }; Returns: Json };
			export_seat: { Args: { p_seat_id: string }; Returns: Json };
			get_teacher_dashboard: {
				Args: Record<PropertyKey, never>;
				Returns: {
					classroom_id: string;
					cost_estimate_eur: number | null;
					episodes: number | null;
					last_event_at: string | null;
					refreshed_at: string | null;
					school_id: string;
					seats: number | null;
					seats_claimed: number | null;
					successes: number | null;
					trainings: number | null;
					trainings_completed: number | null;
					trainings_failed: number | null;
				}[];
				SetofOptions: {
					from: '*';
					to: 'teacher_dashboard_stats';
					isOneToOne: false;
					isSetofReturn: true;
				};
			};
			get_user_training_stats: {
				Args: { p_user_id: string };
				Returns: {
					cancelled: number;
					completed: number;
					cost_estimate_eur: number;
					duration_seconds: number;
					failed: number;
					model_type: string;
					pending: number;
					running: number;
					trainings: number;
				}[];
			};
			hold_class: { Args: { p_classroom_id: string; p_seconds: number }; Returns: string };
			issue_join_code: {
				Args: { p_classroom_id: string; p_minutes: number };
				Returns: {
					code: string;
					expires_at: string;
				}[];
			};
			leave_seat: { Args: { p_seat_id: string }; Returns: undefined };
			look_up_class: { Args: { p_code: string }; Returns: Json };
			record_lab_events: { Args: { p_events: Json; p_seat_id: string }; Returns: Json };
			reset_seat: { Args: { p_seat_id: string }; Returns: undefined };
			run_school_jobs: { Args: Record<PropertyKey, never>; Returns: undefined };
			set_classroom_state: { Args: { p_classroom_id: string; p_state: string }; Returns: undefined };
			verify_audit_log: { Args: { p_school_id: string }; Returns: Json };
		};
		Enums: {
			[_ in never]: never;
		};
		CompositeTypes: {
			[_ in never]: never;
		};
	};
};
