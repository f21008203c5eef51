export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  // Tells supabase-js which features the server has.
  __InternalSupabase: {
    PostgrestVersion: "13.0"
  }
  public: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      availability_windows: {
        Row: {
          created_at: string | null
          day_of_week: number | null
          end_time: string | null
          expert_id: string | null
          id: string | null
          is_active: boolean | null
          start_time: string | null
          timezone: string | null
          updated_at: string | null
        }
        Insert: {
          created_at?: string | null
          day_of_week?: number | null
          end_time?: string | null
          expert_id?: string | null
          id?: string | null
          is_active?: boolean | null
          start_time?: string | null
          timezone?: string | null
          updated_at?: string | null
        }
        Update: {
          created_at?: string | null
          day_of_week?: number | null
          end_time?: string | null
          expert_id?: string | null
          id?: string | null
          is_active?: boolean | null
          start_time?: string | null
          timezone?: string | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "availability_rule_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "availability_rule_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      bookable_slots: {
        Row: {
          availability_window_id: string | null
          created_at: string | null
          current_bookings: number | null
          end_time: string | null
          expert_id: string | null
          held_bookings: number | null
          id: string | null
          is_available: boolean | null
          is_by_hand: boolean | null
          is_capacity_own: boolean | null
          max_bookings: number | null
          session_id: string | null
          start_time: string | null
          state: string | null
          updated_at: string | null
        }
        Insert: {
          availability_window_id?: string | null
          created_at?: string | null
          current_bookings?: number | null
          end_time?: string | null
          expert_id?: string | null
          held_bookings?: number | null
          id?: string | null
          is_available?: boolean | null
          is_by_hand?: boolean | null
          is_capacity_own?: boolean | null
          max_bookings?: number | null
          session_id?: string | null
          start_time?: string | null
          state?: string | null
          updated_at?: string | null
        }
        Update: {
          availability_window_id?: string | null
          created_at?: string | null
          current_bookings?: number | null
          end_time?: string | null
          expert_id?: string | null
          held_bookings?: number | null
          id?: string | null
          is_available?: boolean | null
          is_by_hand?: boolean | null
          is_capacity_own?: boolean | null
          max_bookings?: number | null
          session_id?: string | null
          start_time?: string | null
          state?: string | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "slot_availability_rule_id_fkey"
            columns: ["availability_window_id"]
            isOneToOne: false
            referencedRelation: "availability_windows"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      booking_details: {
        Row: {
          amount_authorized: number | null
          amount_captured: number | null
          amount_refunded: number | null
          cancellation_reason: string | null
          cancelled_at: string | null
          cancelled_by: string | null
          core_status: string | null
          created_at: string | null
          currency: string | null
          duration_minutes: number | null
          end_at: string | null
          expert_bio: string | null
          expert_id: string | null
          expert_name: string | null
          expert_notes: string | null
          hold_expires_at: string | null
          id: string | null
          learner_id: string | null
          learner_name: string | null
          learner_notes: string | null
          meeting_url: string | null
          payment_status: string | null
          place: string | null
          proposal_expires_at: string | null
          proposal_reason: string | null
          proposed_end_at: string | null
          proposed_slot_id: string | null
          proposed_start_at: string | null
          seats: number | null
          session_description: string | null
          session_id: string | null
          session_title: string | null
          slot_end_time: string | null
          slot_id: string | null
          slot_start_time: string | null
          start_at: string | null
          status: string | null
          stripe_payment_intent_id: string | null
          updated_at: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "bookable_slots"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "slots"
            referencedColumns: ["id"]
          },
        ]
      }
      bookings: {
        Row: {
          amount_authorized: number | null
          amount_captured: number | null
          amount_refunded: number | null
          cancellation_reason: string | null
          cancelled_at: string | null
          cancelled_by: string | null
          core_status: string | null
          created_at: string | null
          currency: string | null
          end_at: string | null
          expert_id: string | null
          expert_notes: string | null
          hold_expires_at: string | null
          id: string | null
          learner_id: string | null
          learner_notes: string | null
          meeting_url: string | null
          payment_status: string | null
          place: string | null
          proposal_expires_at: string | null
          proposal_reason: string | null
          proposed_end_at: string | null
          proposed_slot_id: string | null
          proposed_start_at: string | null
          seats: number | null
          session_id: string | null
          slot_id: string | null
          start_at: string | null
          status: string | null
          stripe_payment_intent_id: string | null
          updated_at: string | null
        }
        Insert: {
          amount_authorized?: number | null
          amount_captured?: number | null
          amount_refunded?: number | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          cancelled_by?: string | null
          core_status?: string | null
          created_at?: string | null
          currency?: string | null
          end_at?: string | null
          expert_id?: string | null
          expert_notes?: string | null
          hold_expires_at?: string | null
          id?: string | null
          learner_id?: string | null
          learner_notes?: string | null
          meeting_url?: string | null
          payment_status?: string | null
          place?: string | null
          proposal_expires_at?: string | null
          proposal_reason?: string | null
          proposed_end_at?: string | null
          proposed_slot_id?: string | null
          proposed_start_at?: string | null
          seats?: number | null
          session_id?: string | null
          slot_id?: string | null
          start_at?: string | null
          status?: string | null
          stripe_payment_intent_id?: string | null
          updated_at?: string | null
        }
        Update: {
          amount_authorized?: number | null
          amount_captured?: number | null
          amount_refunded?: number | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          cancelled_by?: string | null
          core_status?: string | null
          created_at?: string | null
          currency?: string | null
          end_at?: string | null
          expert_id?: string | null
          expert_notes?: string | null
          hold_expires_at?: string | null
          id?: string | null
          learner_id?: string | null
          learner_notes?: string | null
          meeting_url?: string | null
          payment_status?: string | null
          place?: string | null
          proposal_expires_at?: string | null
          proposal_reason?: string | null
          proposed_end_at?: string | null
          proposed_slot_id?: string | null
          proposed_start_at?: string | null
          seats?: number | null
          session_id?: string | null
          slot_id?: string | null
          start_at?: string | null
          status?: string | null
          stripe_payment_intent_id?: string | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "bookable_slots"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "slots"
            referencedColumns: ["id"]
          },
        ]
      }
      expert_profiles: {
        Row: {
          bio: string | null
          created_at: string | null
          currency: string | null
          expertise_areas: string[] | null
          hourly_rate_cents: number | null
          id: string | null
          is_available: boolean | null
          rating: number | null
          total_earnings_cents: number | null
          total_sessions: number | null
          updated_at: string | null
          user_profile_id: string | null
          verification_status: string | null
        }
        Insert: {
          bio?: string | null
          created_at?: string | null
          currency?: string | null
          expertise_areas?: string[] | null
          hourly_rate_cents?: number | null
          id?: string | null
          is_available?: boolean | null
          rating?: number | null
          total_earnings_cents?: number | null
          total_sessions?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
          verification_status?: string | null
        }
        Update: {
          bio?: string | null
          created_at?: string | null
          currency?: string | null
          expertise_areas?: string[] | null
          hourly_rate_cents?: number | null
          id?: string | null
          is_available?: boolean | null
          rating?: number | null
          total_earnings_cents?: number | null
          total_sessions?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
          verification_status?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
        ]
      }
      expert_sessions: {
        Row: {
          booking_mode: string | null
          buffer_after_minutes: number | null
          buffer_before_minutes: number | null
          cancellation_policy_id: string | null
          created_at: string | null
          currency: string | null
          description: string | null
          duration_minutes: number | null
          expert_id: string | null
          horizon_days: number | null
          id: string | null
          is_active: boolean | null
          level: string | null
          materials_url: string | null
          max_participants: number | null
          max_per_day: number | null
          meeting_url: string | null
          min_notice_minutes: number | null
          place: string | null
          prerequisites: string | null
          price_cents: number | null
          short_description: string | null
          slot_step_minutes: number | null
          title: string | null
          topic_tags: string[] | null
          updated_at: string | null
        }
        Insert: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: never
          materials_url?: never
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: never
          min_notice_minutes?: number | null
          place?: never
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Update: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: never
          materials_url?: never
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: never
          min_notice_minutes?: number | null
          place?: never
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      learner_profiles: {
        Row: {
          created_at: string | null
          experience_level: string | null
          id: string | null
          interests: string[] | null
          learning_goals: string[] | null
          preferred_session_duration: number | null
          total_sessions_booked: number | null
          total_spent_cents: number | null
          updated_at: string | null
          user_profile_id: string | null
        }
        Insert: {
          created_at?: string | null
          experience_level?: string | null
          id?: string | null
          interests?: string[] | null
          learning_goals?: string[] | null
          preferred_session_duration?: number | null
          total_sessions_booked?: number | null
          total_spent_cents?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
        }
        Update: {
          created_at?: string | null
          experience_level?: string | null
          id?: string | null
          interests?: string[] | null
          learning_goals?: string[] | null
          preferred_session_duration?: number | null
          total_sessions_booked?: number | null
          total_spent_cents?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
        ]
      }
      sessions: {
        Row: {
          booking_mode: string | null
          buffer_after_minutes: number | null
          buffer_before_minutes: number | null
          cancellation_policy_id: string | null
          created_at: string | null
          currency: string | null
          description: string | null
          duration_minutes: number | null
          expert_id: string | null
          horizon_days: number | null
          id: string | null
          is_active: boolean | null
          level: string | null
          materials_url: string | null
          max_participants: number | null
          max_per_day: number | null
          meeting_url: string | null
          min_notice_minutes: number | null
          place: string | null
          prerequisites: string | null
          price_cents: number | null
          short_description: string | null
          slot_step_minutes: number | null
          title: string | null
          topic_tags: string[] | null
          updated_at: string | null
        }
        Insert: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: string | null
          materials_url?: string | null
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: string | null
          min_notice_minutes?: number | null
          place?: string | null
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Update: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: string | null
          materials_url?: string | null
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: string | null
          min_notice_minutes?: number | null
          place?: string | null
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      slots: {
        Row: {
          availability_window_id: string | null
          created_at: string | null
          current_bookings: number | null
          end_time: string | null
          expert_id: string | null
          held_bookings: number | null
          id: string | null
          is_available: boolean | null
          is_by_hand: boolean | null
          is_capacity_own: boolean | null
          max_bookings: number | null
          session_id: string | null
          start_time: string | null
          state: string | null
          updated_at: string | null
        }
        Insert: {
          availability_window_id?: never
          created_at?: never
          current_bookings?: never
          end_time?: never
          expert_id?: never
          held_bookings?: never
          id?: never
          is_available?: never
          is_by_hand?: never
          is_capacity_own?: never
          max_bookings?: never
          session_id?: never
          start_time?: never
          state?: never
          updated_at?: never
        }
        Update: {
          availability_window_id?: never
          created_at?: never
          current_bookings?: never
          end_time?: never
          expert_id?: never
          held_bookings?: never
          id?: never
          is_available?: never
          is_by_hand?: never
          is_capacity_own?: never
          max_bookings?: never
          session_id?: never
          start_time?: never
          state?: never
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "slot_availability_rule_id_fkey"
            columns: ["availability_window_id"]
            isOneToOne: false
            referencedRelation: "availability_windows"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      user_profiles: {
        Row: {
          avatar_url: string | null
          created_at: string | null
          display_name: string | null
          first_name: string | null
          id: string | null
          last_name: string | null
          locale: string | null
          role: string | null
          timezone: string | null
          updated_at: string | null
          user_id: string | null
        }
        Insert: {
          avatar_url?: string | null
          created_at?: string | null
          display_name?: string | null
          first_name?: string | null
          id?: string | null
          last_name?: string | null
          locale?: string | null
          role?: string | null
          timezone?: string | null
          updated_at?: string | null
          user_id?: string | null
        }
        Update: {
          avatar_url?: string | null
          created_at?: string | null
          display_name?: string | null
          first_name?: string | null
          id?: string | null
          last_name?: string | null
          locale?: string | null
          role?: string | null
          timezone?: string | null
          updated_at?: string | null
          user_id?: string | null
        }
        Relationships: []
      }
    }
    Functions: {
      become_expert: { Args: { p_display_name?: string; p_bio?: string; p_expertise_areas?: string[]; p_currency?: string; p_timezone?: string }; Returns: string }
      become_learner: { Args: { p_display_name?: string; p_learning_goals?: string[]; p_interests?: string[]; p_timezone?: string }; Returns: string }
      create_booking_with_payment: { Args: { p_learner_user_id: string; p_slot_id: string; p_notes?: string; p_idempotency_key?: string; p_seats?: number; p_coupon_code?: string }; Returns: { booking_id: string; amount_cents: number; currency: string; expert_id: string; session_id: string }[] }
      create_session: { Args: { p_expert_user_id: string; p_title: string; p_description: string; p_duration_minutes: number; p_price_cents: number; p_currency?: string }; Returns: string }
      get_availability: { Args: { p_provider_id: string }; Returns: Json }
      publish_session: { Args: { p_session_id: string }; Returns: undefined }
      set_availability: { Args: { p_windows: Json; p_timezone?: string }; Returns: number }
      unpublish_session: { Args: { p_session_id: string }; Returns: undefined }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  tutoring: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      availability_windows: {
        Row: {
          created_at: string | null
          day_of_week: number | null
          end_time: string | null
          expert_id: string | null
          id: string | null
          is_active: boolean | null
          start_time: string | null
          timezone: string | null
          updated_at: string | null
        }
        Insert: {
          created_at?: string | null
          day_of_week?: number | null
          end_time?: string | null
          expert_id?: string | null
          id?: string | null
          is_active?: boolean | null
          start_time?: string | null
          timezone?: string | null
          updated_at?: string | null
        }
        Update: {
          created_at?: string | null
          day_of_week?: number | null
          end_time?: string | null
          expert_id?: string | null
          id?: string | null
          is_active?: boolean | null
          start_time?: string | null
          timezone?: string | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "availability_rule_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "availability_rule_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      bookable_slots: {
        Row: {
          availability_window_id: string | null
          created_at: string | null
          current_bookings: number | null
          end_time: string | null
          expert_id: string | null
          held_bookings: number | null
          id: string | null
          is_available: boolean | null
          is_by_hand: boolean | null
          is_capacity_own: boolean | null
          max_bookings: number | null
          session_id: string | null
          start_time: string | null
          state: string | null
          updated_at: string | null
        }
        Insert: {
          availability_window_id?: string | null
          created_at?: string | null
          current_bookings?: number | null
          end_time?: string | null
          expert_id?: string | null
          held_bookings?: number | null
          id?: string | null
          is_available?: boolean | null
          is_by_hand?: boolean | null
          is_capacity_own?: boolean | null
          max_bookings?: number | null
          session_id?: string | null
          start_time?: string | null
          state?: string | null
          updated_at?: string | null
        }
        Update: {
          availability_window_id?: string | null
          created_at?: string | null
          current_bookings?: number | null
          end_time?: string | null
          expert_id?: string | null
          held_bookings?: number | null
          id?: string | null
          is_available?: boolean | null
          is_by_hand?: boolean | null
          is_capacity_own?: boolean | null
          max_bookings?: number | null
          session_id?: string | null
          start_time?: string | null
          state?: string | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "slot_availability_rule_id_fkey"
            columns: ["availability_window_id"]
            isOneToOne: false
            referencedRelation: "availability_windows"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      booking_details: {
        Row: {
          amount_authorized: number | null
          amount_captured: number | null
          amount_refunded: number | null
          cancellation_reason: string | null
          cancelled_at: string | null
          cancelled_by: string | null
          core_status: string | null
          created_at: string | null
          currency: string | null
          duration_minutes: number | null
          end_at: string | null
          expert_bio: string | null
          expert_id: string | null
          expert_name: string | null
          expert_notes: string | null
          hold_expires_at: string | null
          id: string | null
          learner_id: string | null
          learner_name: string | null
          learner_notes: string | null
          meeting_url: string | null
          payment_status: string | null
          place: string | null
          proposal_expires_at: string | null
          proposal_reason: string | null
          proposed_end_at: string | null
          proposed_slot_id: string | null
          proposed_start_at: string | null
          seats: number | null
          session_description: string | null
          session_id: string | null
          session_title: string | null
          slot_end_time: string | null
          slot_id: string | null
          slot_start_time: string | null
          start_at: string | null
          status: string | null
          stripe_payment_intent_id: string | null
          updated_at: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "bookable_slots"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "slots"
            referencedColumns: ["id"]
          },
        ]
      }
      bookings: {
        Row: {
          amount_authorized: number | null
          amount_captured: number | null
          amount_refunded: number | null
          cancellation_reason: string | null
          cancelled_at: string | null
          cancelled_by: string | null
          core_status: string | null
          created_at: string | null
          currency: string | null
          end_at: string | null
          expert_id: string | null
          expert_notes: string | null
          hold_expires_at: string | null
          id: string | null
          learner_id: string | null
          learner_notes: string | null
          meeting_url: string | null
          payment_status: string | null
          place: string | null
          proposal_expires_at: string | null
          proposal_reason: string | null
          proposed_end_at: string | null
          proposed_slot_id: string | null
          proposed_start_at: string | null
          seats: number | null
          session_id: string | null
          slot_id: string | null
          start_at: string | null
          status: string | null
          stripe_payment_intent_id: string | null
          updated_at: string | null
        }
        Insert: {
          amount_authorized?: number | null
          amount_captured?: number | null
          amount_refunded?: number | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          cancelled_by?: string | null
          core_status?: string | null
          created_at?: string | null
          currency?: string | null
          end_at?: string | null
          expert_id?: string | null
          expert_notes?: string | null
          hold_expires_at?: string | null
          id?: string | null
          learner_id?: string | null
          learner_notes?: string | null
          meeting_url?: string | null
          payment_status?: string | null
          place?: string | null
          proposal_expires_at?: string | null
          proposal_reason?: string | null
          proposed_end_at?: string | null
          proposed_slot_id?: string | null
          proposed_start_at?: string | null
          seats?: number | null
          session_id?: string | null
          slot_id?: string | null
          start_at?: string | null
          status?: string | null
          stripe_payment_intent_id?: string | null
          updated_at?: string | null
        }
        Update: {
          amount_authorized?: number | null
          amount_captured?: number | null
          amount_refunded?: number | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          cancelled_by?: string | null
          core_status?: string | null
          created_at?: string | null
          currency?: string | null
          end_at?: string | null
          expert_id?: string | null
          expert_notes?: string | null
          hold_expires_at?: string | null
          id?: string | null
          learner_id?: string | null
          learner_notes?: string | null
          meeting_url?: string | null
          payment_status?: string | null
          place?: string | null
          proposal_expires_at?: string | null
          proposal_reason?: string | null
          proposed_end_at?: string | null
          proposed_slot_id?: string | null
          proposed_start_at?: string | null
          seats?: number | null
          session_id?: string | null
          slot_id?: string | null
          start_at?: string | null
          status?: string | null
          stripe_payment_intent_id?: string | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["learner_id"]
            isOneToOne: false
            referencedRelation: "learner_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["session_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "bookable_slots"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["slot_id"]
            isOneToOne: false
            referencedRelation: "slots"
            referencedColumns: ["id"]
          },
        ]
      }
      expert_profiles: {
        Row: {
          bio: string | null
          created_at: string | null
          currency: string | null
          expertise_areas: string[] | null
          hourly_rate_cents: number | null
          id: string | null
          is_available: boolean | null
          rating: number | null
          total_earnings_cents: number | null
          total_sessions: number | null
          updated_at: string | null
          user_profile_id: string | null
          verification_status: string | null
        }
        Insert: {
          bio?: string | null
          created_at?: string | null
          currency?: string | null
          expertise_areas?: string[] | null
          hourly_rate_cents?: number | null
          id?: string | null
          is_available?: boolean | null
          rating?: number | null
          total_earnings_cents?: number | null
          total_sessions?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
          verification_status?: string | null
        }
        Update: {
          bio?: string | null
          created_at?: string | null
          currency?: string | null
          expertise_areas?: string[] | null
          hourly_rate_cents?: number | null
          id?: string | null
          is_available?: boolean | null
          rating?: number | null
          total_earnings_cents?: number | null
          total_sessions?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
          verification_status?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
        ]
      }
      expert_sessions: {
        Row: {
          booking_mode: string | null
          buffer_after_minutes: number | null
          buffer_before_minutes: number | null
          cancellation_policy_id: string | null
          created_at: string | null
          currency: string | null
          description: string | null
          duration_minutes: number | null
          expert_id: string | null
          horizon_days: number | null
          id: string | null
          is_active: boolean | null
          level: string | null
          materials_url: string | null
          max_participants: number | null
          max_per_day: number | null
          meeting_url: string | null
          min_notice_minutes: number | null
          place: string | null
          prerequisites: string | null
          price_cents: number | null
          short_description: string | null
          slot_step_minutes: number | null
          title: string | null
          topic_tags: string[] | null
          updated_at: string | null
        }
        Insert: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: never
          materials_url?: never
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: never
          min_notice_minutes?: number | null
          place?: never
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Update: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: never
          materials_url?: never
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: never
          min_notice_minutes?: number | null
          place?: never
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      learner_profiles: {
        Row: {
          created_at: string | null
          experience_level: string | null
          id: string | null
          interests: string[] | null
          learning_goals: string[] | null
          preferred_session_duration: number | null
          total_sessions_booked: number | null
          total_spent_cents: number | null
          updated_at: string | null
          user_profile_id: string | null
        }
        Insert: {
          created_at?: string | null
          experience_level?: string | null
          id?: string | null
          interests?: string[] | null
          learning_goals?: string[] | null
          preferred_session_duration?: number | null
          total_sessions_booked?: number | null
          total_spent_cents?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
        }
        Update: {
          created_at?: string | null
          experience_level?: string | null
          id?: string | null
          interests?: string[] | null
          learning_goals?: string[] | null
          preferred_session_duration?: number | null
          total_sessions_booked?: number | null
          total_spent_cents?: number | null
          updated_at?: string | null
          user_profile_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["user_profile_id"]
            isOneToOne: true
            referencedRelation: "user_profiles"
            referencedColumns: ["user_id"]
          },
        ]
      }
      sessions: {
        Row: {
          booking_mode: string | null
          buffer_after_minutes: number | null
          buffer_before_minutes: number | null
          cancellation_policy_id: string | null
          created_at: string | null
          currency: string | null
          description: string | null
          duration_minutes: number | null
          expert_id: string | null
          horizon_days: number | null
          id: string | null
          is_active: boolean | null
          level: string | null
          materials_url: string | null
          max_participants: number | null
          max_per_day: number | null
          meeting_url: string | null
          min_notice_minutes: number | null
          place: string | null
          prerequisites: string | null
          price_cents: number | null
          short_description: string | null
          slot_step_minutes: number | null
          title: string | null
          topic_tags: string[] | null
          updated_at: string | null
        }
        Insert: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: string | null
          materials_url?: string | null
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: string | null
          min_notice_minutes?: number | null
          place?: string | null
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Update: {
          booking_mode?: string | null
          buffer_after_minutes?: number | null
          buffer_before_minutes?: number | null
          cancellation_policy_id?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          expert_id?: string | null
          horizon_days?: number | null
          id?: string | null
          is_active?: boolean | null
          level?: string | null
          materials_url?: string | null
          max_participants?: number | null
          max_per_day?: number | null
          meeting_url?: string | null
          min_notice_minutes?: number | null
          place?: string | null
          prerequisites?: string | null
          price_cents?: number | null
          short_description?: string | null
          slot_step_minutes?: number | null
          title?: string | null
          topic_tags?: string[] | null
          updated_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      slots: {
        Row: {
          availability_window_id: string | null
          created_at: string | null
          current_bookings: number | null
          end_time: string | null
          expert_id: string | null
          held_bookings: number | null
          id: string | null
          is_available: boolean | null
          is_by_hand: boolean | null
          is_capacity_own: boolean | null
          max_bookings: number | null
          session_id: string | null
          start_time: string | null
          state: string | null
          updated_at: string | null
        }
        Insert: {
          availability_window_id?: never
          created_at?: never
          current_bookings?: never
          end_time?: never
          expert_id?: never
          held_bookings?: never
          id?: never
          is_available?: never
          is_by_hand?: never
          is_capacity_own?: never
          max_bookings?: never
          session_id?: never
          start_time?: never
          state?: never
          updated_at?: never
        }
        Update: {
          availability_window_id?: never
          created_at?: never
          current_bookings?: never
          end_time?: never
          expert_id?: never
          held_bookings?: never
          id?: never
          is_available?: never
          is_by_hand?: never
          is_capacity_own?: never
          max_bookings?: never
          session_id?: never
          start_time?: never
          state?: never
          updated_at?: never
        }
        Relationships: [
          {
            foreignKeyName: "slot_availability_rule_id_fkey"
            columns: ["availability_window_id"]
            isOneToOne: false
            referencedRelation: "availability_windows"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "expert_sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_offering_fkey"
            columns: ["session_id", "expert_id"]
            isOneToOne: false
            referencedRelation: "sessions"
            referencedColumns: ["id", "expert_id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["expert_id"]
            isOneToOne: false
            referencedRelation: "expert_profiles"
            referencedColumns: ["user_profile_id"]
          },
        ]
      }
      user_profiles: {
        Row: {
          avatar_url: string | null
          created_at: string | null
          display_name: string | null
          first_name: string | null
          id: string | null
          last_name: string | null
          locale: string | null
          role: string | null
          timezone: string | null
          updated_at: string | null
          user_id: string | null
        }
        Insert: {
          avatar_url?: string | null
          created_at?: string | null
          display_name?: string | null
          first_name?: string | null
          id?: string | null
          last_name?: string | null
          locale?: string | null
          role?: string | null
          timezone?: string | null
          updated_at?: string | null
          user_id?: string | null
        }
        Update: {
          avatar_url?: string | null
          created_at?: string | null
          display_name?: string | null
          first_name?: string | null
          id?: string | null
          last_name?: string | null
          locale?: string | null
          role?: string | null
          timezone?: string | null
          updated_at?: string | null
          user_id?: string | null
        }
        Relationships: []
      }
    }
    Functions: {
      become_expert: { Args: { p_display_name?: string; p_bio?: string; p_expertise_areas?: string[]; p_currency?: string; p_timezone?: string }; Returns: string }
      become_learner: { Args: { p_display_name?: string; p_learning_goals?: string[]; p_interests?: string[]; p_timezone?: string }; Returns: string }
      create_booking_with_payment: { Args: { p_learner_user_id: string; p_slot_id: string; p_notes?: string; p_idempotency_key?: string; p_seats?: number; p_coupon_code?: string }; Returns: { booking_id: string; amount_cents: number; currency: string; expert_id: string; session_id: string }[] }
      create_session: { Args: { p_expert_user_id: string; p_title: string; p_description: string; p_duration_minutes: number; p_price_cents: number; p_currency?: string }; Returns: string }
      get_availability: { Args: { p_provider_id: string }; Returns: Json }
      publish_session: { Args: { p_session_id: string }; Returns: undefined }
      set_availability: { Args: { p_windows: Json; p_timezone?: string }; Returns: number }
      unpublish_session: { Args: { p_session_id: string }; Returns: undefined }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  fitness: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      Attachment: {
        Row: {
          createdAt: string | null
          id: string | null
          lessonId: string | null
          name: string | null
          updatedAt: string | null
          url: string | null
        }
        Insert: {
          createdAt?: string | null
          id?: string | null
          lessonId?: string | null
          name?: string | null
          updatedAt?: string | null
          url?: string | null
        }
        Update: {
          createdAt?: string | null
          id?: string | null
          lessonId?: string | null
          name?: string | null
          updatedAt?: string | null
          url?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "lesson_attachment_lesson_id_fkey"
            columns: ["lessonId"]
            isOneToOne: false
            referencedRelation: "Lesson"
            referencedColumns: ["id"]
          },
        ]
      }
      Auth: {
        Row: {
          id: string | null
          userId: string | null
        }
        Insert: {
          id?: string | null
          userId?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "person_private_person_id_fkey"
            columns: ["userId"]
            isOneToOne: true
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
        ]
      }
      Category: {
        Row: {
          createdAt: string | null
          id: string | null
          imageUrl: string | null
          name: string | null
          slug: string | null
          updatedAt: string | null
        }
        Insert: {
          createdAt?: string | null
          id?: string | null
          imageUrl?: string | null
          name?: string | null
          slug?: string | null
          updatedAt?: string | null
        }
        Update: {
          createdAt?: string | null
          id?: string | null
          imageUrl?: string | null
          name?: string | null
          slug?: string | null
          updatedAt?: string | null
        }
        Relationships: []
      }
      CategoryOnCourse: {
        Row: {
          categoryId: string | null
          courseId: string | null
        }
        Insert: {
          categoryId?: string | null
          courseId?: string | null
        }
        Update: {
          categoryId?: string | null
          courseId?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_category_category_id_fkey"
            columns: ["categoryId"]
            isOneToOne: false
            referencedRelation: "Category"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "offering_category_offering_id_fkey"
            columns: ["courseId"]
            isOneToOne: false
            referencedRelation: "Course"
            referencedColumns: ["offeringId"]
          },
        ]
      }
      Chapter: {
        Row: {
          content: string | null
          courseId: string | null
          createdAt: string | null
          description: string | null
          duration: number | null
          id: string | null
          isFree: boolean | null
          isPublished: boolean | null
          position: number | null
          title: string | null
          updatedAt: string | null
          videoUrl: string | null
        }
        Insert: {
          content?: string | null
          courseId?: string | null
          createdAt?: string | null
          description?: string | null
          duration?: number | null
          id?: string | null
          isFree?: boolean | null
          isPublished?: boolean | null
          position?: number | null
          title?: string | null
          updatedAt?: string | null
          videoUrl?: string | null
        }
        Update: {
          content?: string | null
          courseId?: string | null
          createdAt?: string | null
          description?: string | null
          duration?: number | null
          id?: string | null
          isFree?: boolean | null
          isPublished?: boolean | null
          position?: number | null
          title?: string | null
          updatedAt?: string | null
          videoUrl?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "course_section_offering_id_fkey"
            columns: ["courseId"]
            isOneToOne: false
            referencedRelation: "Course"
            referencedColumns: ["id"]
          },
        ]
      }
      ChapterProgress: {
        Row: {
          chapterId: string | null
          completedAt: string | null
          courseEnrollmentId: string | null
          id: string | null
          isCompleted: boolean | null
        }
        Insert: {
          chapterId?: string | null
          completedAt?: string | null
          courseEnrollmentId?: string | null
          id?: string | null
          isCompleted?: boolean | null
        }
        Update: {
          chapterId?: string | null
          completedAt?: string | null
          courseEnrollmentId?: string | null
          id?: string | null
          isCompleted?: boolean | null
        }
        Relationships: [
          {
            foreignKeyName: "section_progress_enrolment_id_fkey"
            columns: ["courseEnrollmentId"]
            isOneToOne: false
            referencedRelation: "CourseEnrollment"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "section_progress_section_id_fkey"
            columns: ["chapterId"]
            isOneToOne: false
            referencedRelation: "Chapter"
            referencedColumns: ["id"]
          },
        ]
      }
      Comment: {
        Row: {
          authorId: string | null
          content: string | null
          createdAt: string | null
          id: string | null
          postId: string | null
          updatedAt: string | null
        }
        Insert: {
          authorId?: string | null
          content?: string | null
          createdAt?: string | null
          id?: string | null
          postId?: string | null
          updatedAt?: string | null
        }
        Update: {
          authorId?: string | null
          content?: string | null
          createdAt?: string | null
          id?: string | null
          postId?: string | null
          updatedAt?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "comment_author_id_fkey"
            columns: ["authorId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "comment_post_id_fkey"
            columns: ["postId"]
            isOneToOne: false
            referencedRelation: "Post"
            referencedColumns: ["id"]
          },
        ]
      }
      Course: {
        Row: {
          authorId: string | null
          content: string | null
          createdAt: string | null
          currency: string | null
          description: string | null
          difficulty: Database["fitness"]["Enums"]["Level"] | null
          discountPrice: number | null
          duration: number | null
          id: string | null
          imageUrl: string | null
          isPublished: boolean | null
          offeringId: string | null
          previewVideoUrl: string | null
          price: number | null
          publishedAt: string | null
          slug: string | null
          title: string | null
          updatedAt: string | null
        }
        Insert: {
          authorId?: string | null
          content?: string | null
          createdAt?: string | null
          currency?: string | null
          description?: string | null
          difficulty?: Database["fitness"]["Enums"]["Level"] | null
          discountPrice?: number | null
          duration?: number | null
          id?: string | null
          imageUrl?: string | null
          isPublished?: boolean | null
          offeringId?: string | null
          previewVideoUrl?: string | null
          price?: number | null
          publishedAt?: string | null
          slug?: string | null
          title?: string | null
          updatedAt?: string | null
        }
        Update: {
          authorId?: string | null
          content?: string | null
          createdAt?: string | null
          currency?: string | null
          description?: string | null
          difficulty?: Database["fitness"]["Enums"]["Level"] | null
          discountPrice?: number | null
          duration?: number | null
          id?: string | null
          imageUrl?: string | null
          isPublished?: boolean | null
          offeringId?: string | null
          previewVideoUrl?: string | null
          price?: number | null
          publishedAt?: string | null
          slug?: string | null
          title?: string | null
          updatedAt?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "course_offering_id_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "Course"
            referencedColumns: ["offeringId"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["authorId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["providerId"]
          },
        ]
      }
      CourseEnrollment: {
        Row: {
          completedAt: string | null
          courseId: string | null
          enrolledAt: string | null
          expiresAt: string | null
          id: string | null
          isCompleted: boolean | null
          userId: string | null
        }
        Insert: {
          completedAt?: string | null
          courseId?: string | null
          enrolledAt?: string | null
          expiresAt?: string | null
          id?: string | null
          isCompleted?: boolean | null
          userId?: string | null
        }
        Update: {
          completedAt?: string | null
          courseId?: string | null
          enrolledAt?: string | null
          expiresAt?: string | null
          id?: string | null
          isCompleted?: boolean | null
          userId?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "enrolment_customer_id_fkey"
            columns: ["userId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "enrolment_offering_id_fkey"
            columns: ["courseId"]
            isOneToOne: false
            referencedRelation: "Course"
            referencedColumns: ["id"]
          },
        ]
      }
      Lesson: {
        Row: {
          chapterId: string | null
          content: string | null
          createdAt: string | null
          description: string | null
          duration: number | null
          id: string | null
          isPublished: boolean | null
          position: number | null
          title: string | null
          updatedAt: string | null
          videoUrl: string | null
        }
        Insert: {
          chapterId?: string | null
          content?: string | null
          createdAt?: string | null
          description?: string | null
          duration?: number | null
          id?: string | null
          isPublished?: boolean | null
          position?: number | null
          title?: string | null
          updatedAt?: string | null
          videoUrl?: string | null
        }
        Update: {
          chapterId?: string | null
          content?: string | null
          createdAt?: string | null
          description?: string | null
          duration?: number | null
          id?: string | null
          isPublished?: boolean | null
          position?: number | null
          title?: string | null
          updatedAt?: string | null
          videoUrl?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "lesson_section_id_fkey"
            columns: ["chapterId"]
            isOneToOne: false
            referencedRelation: "Chapter"
            referencedColumns: ["id"]
          },
        ]
      }
      LessonProgress: {
        Row: {
          completedAt: string | null
          courseEnrollmentId: string | null
          id: string | null
          isCompleted: boolean | null
          lessonId: string | null
          watchTimePercent: number | null
        }
        Insert: {
          completedAt?: string | null
          courseEnrollmentId?: string | null
          id?: string | null
          isCompleted?: boolean | null
          lessonId?: string | null
          watchTimePercent?: number | null
        }
        Update: {
          completedAt?: string | null
          courseEnrollmentId?: string | null
          id?: string | null
          isCompleted?: boolean | null
          lessonId?: string | null
          watchTimePercent?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "lesson_progress_enrolment_id_fkey"
            columns: ["courseEnrollmentId"]
            isOneToOne: false
            referencedRelation: "CourseEnrollment"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "lesson_progress_lesson_id_fkey"
            columns: ["lessonId"]
            isOneToOne: false
            referencedRelation: "Lesson"
            referencedColumns: ["id"]
          },
        ]
      }
      Message: {
        Row: {
          content: string | null
          createdAt: string | null
          id: string | null
          isRead: boolean | null
          readAt: string | null
          receiverId: string | null
          senderId: string | null
          updatedAt: string | null
        }
        Insert: {
          content?: string | null
          createdAt?: string | null
          id?: string | null
          isRead?: boolean | null
          readAt?: string | null
          receiverId?: string | null
          senderId?: string | null
          updatedAt?: string | null
        }
        Update: {
          content?: string | null
          createdAt?: string | null
          id?: string | null
          isRead?: boolean | null
          readAt?: string | null
          receiverId?: string | null
          senderId?: string | null
          updatedAt?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "message_recipient_id_fkey"
            columns: ["receiverId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "message_sender_id_fkey"
            columns: ["senderId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
        ]
      }
      Payment: {
        Row: {
          amount: number | null
          courseId: string | null
          createdAt: string | null
          currency: string | null
          id: string | null
          orderId: string | null
          provider: string | null
          providerPaymentId: string | null
          status: Database["fitness"]["Enums"]["PaymentStatus"] | null
          updatedAt: string | null
          userId: string | null
        }
        Insert: {
          amount?: number | null
          courseId?: string | null
          createdAt?: string | null
          currency?: string | null
          id?: string | null
          orderId?: string | null
          provider?: string | null
          providerPaymentId?: string | null
          status?: Database["fitness"]["Enums"]["PaymentStatus"] | null
          updatedAt?: string | null
          userId?: string | null
        }
        Update: {
          amount?: number | null
          courseId?: string | null
          createdAt?: string | null
          currency?: string | null
          id?: string | null
          orderId?: string | null
          provider?: string | null
          providerPaymentId?: string | null
          status?: Database["fitness"]["Enums"]["PaymentStatus"] | null
          updatedAt?: string | null
          userId?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "order_line_offering_id_fkey"
            columns: ["courseId"]
            isOneToOne: false
            referencedRelation: "Course"
            referencedColumns: ["offeringId"]
          },
          {
            foreignKeyName: "payment_payer_id_fkey"
            columns: ["userId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
        ]
      }
      Post: {
        Row: {
          authorId: string | null
          content: string | null
          createdAt: string | null
          id: string | null
          published: boolean | null
          title: string | null
          updatedAt: string | null
        }
        Insert: {
          authorId?: string | null
          content?: string | null
          createdAt?: string | null
          id?: string | null
          published?: boolean | null
          title?: string | null
          updatedAt?: string | null
        }
        Update: {
          authorId?: string | null
          content?: string | null
          createdAt?: string | null
          id?: string | null
          published?: boolean | null
          title?: string | null
          updatedAt?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "post_author_id_fkey"
            columns: ["authorId"]
            isOneToOne: false
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
        ]
      }
      Profile: {
        Row: {
          address: string | null
          createdAt: string | null
          dateOfBirth: string | null
          experienceLevel: Database["fitness"]["Enums"]["Level"] | null
          fitnessGoals: string | null
          height: number | null
          id: string | null
          phone: string | null
          socialMediaLinks: Json | null
          updatedAt: string | null
          userId: string | null
          weight: number | null
        }
        Insert: {
          address?: string | null
          createdAt?: string | null
          dateOfBirth?: string | null
          experienceLevel?: Database["fitness"]["Enums"]["Level"] | null
          fitnessGoals?: string | null
          height?: number | null
          id?: string | null
          phone?: string | null
          socialMediaLinks?: Json | null
          updatedAt?: string | null
          userId?: string | null
          weight?: number | null
        }
        Update: {
          address?: string | null
          createdAt?: string | null
          dateOfBirth?: string | null
          experienceLevel?: Database["fitness"]["Enums"]["Level"] | null
          fitnessGoals?: string | null
          height?: number | null
          id?: string | null
          phone?: string | null
          socialMediaLinks?: Json | null
          updatedAt?: string | null
          userId?: string | null
          weight?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["userId"]
            isOneToOne: true
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
        ]
      }
      Session: {
        Row: {
          createdAt: string | null
          expiresAt: string | null
          id: string | null
          userId: string | null
        }
        Relationships: []
      }
      User: {
        Row: {
          avatarUrl: string | null
          bio: string | null
          createdAt: string | null
          email: string | null
          id: string | null
          name: string | null
          providerId: string | null
          role: Database["fitness"]["Enums"]["Role"] | null
          updatedAt: string | null
          username: string | null
        }
        Insert: {
          avatarUrl?: string | null
          bio?: string | null
          createdAt?: string | null
          email?: string | null
          id?: string | null
          name?: string | null
          providerId?: string | null
          role?: Database["fitness"]["Enums"]["Role"] | null
          updatedAt?: string | null
          username?: string | null
        }
        Update: {
          avatarUrl?: string | null
          bio?: string | null
          createdAt?: string | null
          email?: string | null
          id?: string | null
          name?: string | null
          providerId?: string | null
          role?: Database["fitness"]["Enums"]["Role"] | null
          updatedAt?: string | null
          username?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["providerId"]
            isOneToOne: true
            referencedRelation: "User"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      Level: "BEGINNER" | "INTERMEDIATE" | "ADVANCED" | "EXPERT"
      PaymentStatus: "PENDING" | "COMPLETED" | "FAILED" | "REFUNDED"
      Role: "USER" | "TRAINER" | "ADMIN"
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  avenrae: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      audit_logs: {
        Row: {
          action: string | null
          created_at: string | null
          entity_id: string | null
          entity_type: string | null
          id: number | null
          new_values: Json | null
          old_values: Json | null
          user_id: number | null
          user_role: string | null
          user_uuid: string | null
          uuid: string | null
        }
        Relationships: []
      }
      blocked_dates: {
        Row: {
          blocked_date: string | null
          created_at: string | null
          end_at: string | null
          healer_id: number | null
          healer_uuid: string | null
          id: number | null
          reason: string | null
          start_at: string | null
          uuid: string | null
        }
        Insert: {
          blocked_date?: string | null
          created_at?: string | null
          end_at?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          reason?: string | null
          start_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "availability_exception_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "availability_exception_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      bookings: {
        Row: {
          booking_date: string | null
          booking_date_local: string | null
          booking_end_date: string | null
          cancellation_reason: string | null
          client_id: number | null
          client_notes: string | null
          client_rating: number | null
          client_uuid: string | null
          core_status: string | null
          created_at: string | null
          currency: string | null
          healer_id: number | null
          healer_notes: string | null
          healer_uuid: string | null
          id: number | null
          order_uuid: string | null
          payment_status: string | null
          service_id: number | null
          service_uuid: string | null
          status: string | null
          total_price: number | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          booking_date?: string | null
          booking_date_local?: string | null
          booking_end_date?: string | null
          cancellation_reason?: string | null
          client_id?: number | null
          client_notes?: string | null
          client_rating?: number | null
          client_uuid?: string | null
          core_status?: string | null
          created_at?: string | null
          currency?: string | null
          healer_id?: number | null
          healer_notes?: string | null
          healer_uuid?: string | null
          id?: number | null
          order_uuid?: string | null
          payment_status?: string | null
          service_id?: number | null
          service_uuid?: string | null
          status?: string | null
          total_price?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          booking_date?: string | null
          booking_date_local?: string | null
          booking_end_date?: string | null
          cancellation_reason?: string | null
          client_id?: number | null
          client_notes?: string | null
          client_rating?: number | null
          client_uuid?: string | null
          core_status?: string | null
          created_at?: string | null
          currency?: string | null
          healer_id?: number | null
          healer_notes?: string | null
          healer_uuid?: string | null
          id?: number | null
          order_uuid?: string | null
          payment_status?: string | null
          service_id?: number | null
          service_uuid?: string | null
          status?: string | null
          total_price?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "events"
            referencedColumns: ["offering_uuid"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "top_rated_services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_order_id_fkey"
            columns: ["order_uuid"]
            isOneToOne: false
            referencedRelation: "orders"
            referencedColumns: ["uuid"]
          },
        ]
      }
      clients: {
        Row: {
          created_at: string | null
          date_of_birth: string | null
          emergency_contact_phone: string | null
          gender: string | null
          goals: string[] | null
          id: number | null
          interests: string[] | null
          updated_at: string | null
          user_id: number | null
          uuid: string | null
        }
        Insert: {
          created_at?: string | null
          date_of_birth?: string | null
          emergency_contact_phone?: string | null
          gender?: string | null
          goals?: string[] | null
          id?: number | null
          interests?: string[] | null
          updated_at?: string | null
          user_id?: number | null
          uuid?: string | null
        }
        Update: {
          created_at?: string | null
          date_of_birth?: string | null
          emergency_contact_phone?: string | null
          gender?: string | null
          goals?: string[] | null
          id?: number | null
          interests?: string[] | null
          updated_at?: string | null
          user_id?: number | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "customer_person_fkey"
            columns: ["uuid"]
            isOneToOne: true
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      conversations: {
        Row: {
          created_at: string | null
          id: number | null
          is_group: boolean | null
          last_message_at: string | null
          title: string | null
          user1_id: number | null
          user1_uuid: string | null
          user2_id: number | null
          user2_uuid: string | null
          uuid: string | null
        }
        Insert: {
          created_at?: string | null
          id?: number | null
          is_group?: boolean | null
          last_message_at?: string | null
          title?: string | null
          user1_id?: number | null
          user1_uuid?: string | null
          user2_id?: number | null
          user2_uuid?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "conversation_first_id_fkey"
            columns: ["user1_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "conversation_second_id_fkey"
            columns: ["user2_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      coupons: {
        Row: {
          code: string | null
          created_at: string | null
          currency: string | null
          discount_type: string | null
          discount_value: number | null
          healer_id: number | null
          healer_uuid: string | null
          id: number | null
          is_active: boolean | null
          minimum_purchase: number | null
          per_client_limit: number | null
          usage_limit: number | null
          used_count: number | null
          uuid: string | null
          valid_from: string | null
          valid_until: string | null
        }
        Insert: {
          code?: string | null
          created_at?: string | null
          currency?: string | null
          discount_type?: string | null
          discount_value?: number | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_active?: boolean | null
          minimum_purchase?: number | null
          per_client_limit?: number | null
          usage_limit?: number | null
          used_count?: number | null
          uuid?: string | null
          valid_from?: string | null
          valid_until?: string | null
        }
        Update: {
          code?: string | null
          created_at?: string | null
          currency?: string | null
          discount_type?: string | null
          discount_value?: number | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_active?: boolean | null
          minimum_purchase?: number | null
          per_client_limit?: number | null
          usage_limit?: number | null
          used_count?: number | null
          uuid?: string | null
          valid_from?: string | null
          valid_until?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "coupon_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "coupon_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      event_attendance: {
        Row: {
          attended_count: number | null
          capacity_percentage: number | null
          event_date: string | null
          event_name: string | null
          id: number | null
          max_capacity: number | null
          organizer_healer_uuid: string | null
          registered_count: number | null
          status: string | null
          uuid: string | null
        }
        Insert: {
          attended_count?: never
          capacity_percentage?: never
          event_date?: never
          event_name?: never
          id?: never
          max_capacity?: never
          organizer_healer_uuid?: never
          registered_count?: never
          status?: never
          uuid?: never
        }
        Update: {
          attended_count?: never
          capacity_percentage?: never
          event_date?: never
          event_name?: never
          id?: never
          max_capacity?: never
          organizer_healer_uuid?: never
          registered_count?: never
          status?: never
          uuid?: never
        }
        Relationships: [
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["organizer_healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["organizer_healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      event_registrations: {
        Row: {
          checked_in: number | null
          client_id: number | null
          client_notes: string | null
          client_uuid: string | null
          core_status: string | null
          currency: string | null
          event_id: number | null
          event_uuid: string | null
          id: number | null
          order_uuid: string | null
          payment_status: string | null
          registration_date: string | null
          seats: number | null
          status: string | null
          ticket_codes: string[] | null
          total_price: number | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          checked_in?: number | null
          client_id?: number | null
          client_notes?: string | null
          client_uuid?: string | null
          core_status?: string | null
          currency?: string | null
          event_id?: number | null
          event_uuid?: string | null
          id?: number | null
          order_uuid?: string | null
          payment_status?: string | null
          registration_date?: string | null
          seats?: number | null
          status?: string | null
          ticket_codes?: string[] | null
          total_price?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          checked_in?: number | null
          client_id?: number | null
          client_notes?: string | null
          client_uuid?: string | null
          core_status?: string | null
          currency?: string | null
          event_id?: number | null
          event_uuid?: string | null
          id?: number | null
          order_uuid?: string | null
          payment_status?: string | null
          registration_date?: string | null
          seats?: number | null
          status?: string | null
          ticket_codes?: string[] | null
          total_price?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_customer_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["event_uuid"]
            isOneToOne: false
            referencedRelation: "event_attendance"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["event_uuid"]
            isOneToOne: false
            referencedRelation: "events"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_order_id_fkey"
            columns: ["order_uuid"]
            isOneToOne: false
            referencedRelation: "orders"
            referencedColumns: ["uuid"]
          },
        ]
      }
      events: {
        Row: {
          created_at: string | null
          currency: string | null
          description: string | null
          event_date: string | null
          event_end_date: string | null
          event_name: string | null
          event_type: string | null
          id: number | null
          is_active: boolean | null
          max_capacity: number | null
          offering_uuid: string | null
          organizer_healer_id: number | null
          organizer_healer_uuid: string | null
          price: number | null
          registered_seats: number | null
          status: string | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          created_at?: string | null
          currency?: string | null
          description?: string | null
          event_date?: string | null
          event_end_date?: string | null
          event_name?: string | null
          event_type?: string | null
          id?: number | null
          is_active?: boolean | null
          max_capacity?: number | null
          offering_uuid?: string | null
          organizer_healer_id?: number | null
          organizer_healer_uuid?: string | null
          price?: number | null
          registered_seats?: number | null
          status?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          created_at?: string | null
          currency?: string | null
          description?: string | null
          event_date?: string | null
          event_end_date?: string | null
          event_name?: string | null
          event_type?: string | null
          id?: number | null
          is_active?: boolean | null
          max_capacity?: number | null
          offering_uuid?: string | null
          organizer_healer_id?: number | null
          organizer_healer_uuid?: string | null
          price?: number | null
          registered_seats?: number | null
          status?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["organizer_healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "slot_provider_id_fkey"
            columns: ["organizer_healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      favorite_healers: {
        Row: {
          client_id: number | null
          client_uuid: string | null
          created_at: string | null
          healer_id: number | null
          healer_uuid: string | null
          id: number | null
          user_id: number | null
          uuid: string | null
        }
        Insert: {
          client_id?: number | null
          client_uuid?: string | null
          created_at?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          user_id?: number | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "favorite_person_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "favorite_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "favorite_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      healer_availability: {
        Row: {
          created_at: string | null
          day_of_week: number | null
          end_time: string | null
          healer_id: number | null
          healer_uuid: string | null
          id: number | null
          is_available: boolean | null
          start_time: string | null
          timezone: string | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          created_at?: string | null
          day_of_week?: number | null
          end_time?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_available?: boolean | null
          start_time?: string | null
          timezone?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          created_at?: string | null
          day_of_week?: number | null
          end_time?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_available?: boolean | null
          start_time?: string | null
          timezone?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "availability_rule_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "availability_rule_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      healer_qualifications: {
        Row: {
          created_at: string | null
          document_url: string | null
          healer_id: number | null
          healer_uuid: string | null
          institution: string | null
          obtained_on: string | null
          qualification: string | null
          uuid: string | null
        }
        Insert: {
          created_at?: string | null
          document_url?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          institution?: string | null
          obtained_on?: string | null
          qualification?: string | null
          uuid?: string | null
        }
        Update: {
          created_at?: string | null
          document_url?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          institution?: string | null
          obtained_on?: string | null
          qualification?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "credential_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "credential_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      healer_revenue: {
        Row: {
          avg_rating: number | null
          currency: string | null
          first_name: string | null
          id: number | null
          last_name: string | null
          total_bookings: number | null
          total_revenue: number | null
          uuid: string | null
        }
        Relationships: [
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["uuid"]
            isOneToOne: true
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      healers: {
        Row: {
          availability_status: string | null
          bio: string | null
          created_at: string | null
          currency: string | null
          healer_type: string | null
          hourly_rate: number | null
          id: number | null
          is_accepting_bookings: boolean | null
          is_verified_healer: boolean | null
          rating: number | null
          specialties: string[] | null
          total_reviews: number | null
          total_sessions: number | null
          updated_at: string | null
          user_id: number | null
          uuid: string | null
          years_of_experience: number | null
        }
        Insert: {
          availability_status?: string | null
          bio?: string | null
          created_at?: string | null
          currency?: string | null
          healer_type?: string | null
          hourly_rate?: number | null
          id?: number | null
          is_accepting_bookings?: boolean | null
          is_verified_healer?: boolean | null
          rating?: number | null
          specialties?: string[] | null
          total_reviews?: number | null
          total_sessions?: number | null
          updated_at?: string | null
          user_id?: number | null
          uuid?: string | null
          years_of_experience?: number | null
        }
        Update: {
          availability_status?: string | null
          bio?: string | null
          created_at?: string | null
          currency?: string | null
          healer_type?: string | null
          hourly_rate?: number | null
          id?: number | null
          is_accepting_bookings?: boolean | null
          is_verified_healer?: boolean | null
          rating?: number | null
          specialties?: string[] | null
          total_reviews?: number | null
          total_sessions?: number | null
          updated_at?: string | null
          user_id?: number | null
          uuid?: string | null
          years_of_experience?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "provider_person_fkey"
            columns: ["uuid"]
            isOneToOne: true
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      messages: {
        Row: {
          conversation_id: number | null
          conversation_uuid: string | null
          created_at: string | null
          id: number | null
          is_read: boolean | null
          message: string | null
          receiver_id: number | null
          receiver_uuid: string | null
          sender_id: number | null
          sender_uuid: string | null
          uuid: string | null
        }
        Insert: {
          conversation_id?: number | null
          conversation_uuid?: string | null
          created_at?: string | null
          id?: number | null
          is_read?: boolean | null
          message?: string | null
          receiver_id?: number | null
          receiver_uuid?: string | null
          sender_id?: number | null
          sender_uuid?: string | null
          uuid?: string | null
        }
        Update: {
          conversation_id?: number | null
          conversation_uuid?: string | null
          created_at?: string | null
          id?: number | null
          is_read?: boolean | null
          message?: string | null
          receiver_id?: number | null
          receiver_uuid?: string | null
          sender_id?: number | null
          sender_uuid?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "message_conversation_id_fkey"
            columns: ["conversation_uuid"]
            isOneToOne: false
            referencedRelation: "conversations"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "message_recipient_id_fkey"
            columns: ["receiver_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "message_sender_id_fkey"
            columns: ["sender_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      monthly_revenue: {
        Row: {
          booking_revenue: number | null
          bookings: number | null
          currency: string | null
          event_registrations: number | null
          event_revenue: number | null
          month: string | null
          orders: number | null
          product_revenue: number | null
          total_revenue: number | null
        }
        Relationships: []
      }
      notifications: {
        Row: {
          created_at: string | null
          data: Json | null
          id: number | null
          is_read: boolean | null
          message: string | null
          read_at: string | null
          title: string | null
          type: string | null
          user_id: number | null
          user_uuid: string | null
          uuid: string | null
        }
        Update: {
          created_at?: string | null
          data?: Json | null
          id?: number | null
          is_read?: boolean | null
          message?: string | null
          read_at?: string | null
          title?: string | null
          type?: string | null
          user_id?: number | null
          user_uuid?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "notification_person_id_fkey"
            columns: ["user_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      order_items: {
        Row: {
          booking_uuid: string | null
          client_uuid: string | null
          discount: number | null
          healer_uuid: string | null
          id: number | null
          item_name: string | null
          item_type: string | null
          order_id: number | null
          order_uuid: string | null
          payment_status: string | null
          product_id: number | null
          product_uuid: string | null
          quantity: number | null
          status: string | null
          total_price: number | null
          unit_price: number | null
          uuid: string | null
        }
        Update: {
          booking_uuid?: string | null
          client_uuid?: string | null
          discount?: number | null
          healer_uuid?: string | null
          id?: number | null
          item_name?: string | null
          item_type?: string | null
          order_id?: number | null
          order_uuid?: string | null
          payment_status?: string | null
          product_id?: number | null
          product_uuid?: string | null
          quantity?: number | null
          status?: string | null
          total_price?: number | null
          unit_price?: number | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "order_line_booking_id_fkey"
            columns: ["booking_uuid"]
            isOneToOne: false
            referencedRelation: "bookings"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_booking_id_fkey"
            columns: ["booking_uuid"]
            isOneToOne: false
            referencedRelation: "event_registrations"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_customer_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "events"
            referencedColumns: ["offering_uuid"]
          },
          {
            foreignKeyName: "order_line_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "top_rated_services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_order_id_fkey"
            columns: ["order_uuid"]
            isOneToOne: false
            referencedRelation: "orders"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "order_line_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      orders: {
        Row: {
          client_id: number | null
          client_uuid: string | null
          core_status: string | null
          currency: string | null
          discount_amount: number | null
          id: number | null
          order_date: string | null
          order_number: string | null
          payment_status: string | null
          status: string | null
          subtotal_amount: number | null
          tax_amount: number | null
          total_amount: number | null
          updated_at: string | null
          uuid: string | null
        }
        Update: {
          client_id?: number | null
          client_uuid?: string | null
          core_status?: string | null
          currency?: string | null
          discount_amount?: number | null
          id?: number | null
          order_date?: string | null
          order_number?: string | null
          payment_status?: string | null
          status?: string | null
          subtotal_amount?: number | null
          tax_amount?: number | null
          total_amount?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "order_customer_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["uuid"]
          },
        ]
      }
      products: {
        Row: {
          category: string | null
          created_at: string | null
          currency: string | null
          description: string | null
          healer_id: number | null
          healer_uuid: string | null
          id: number | null
          is_active: boolean | null
          price: number | null
          product_category: string | null
          product_name: string | null
          product_type: string | null
          sku: string | null
          stock_quantity: number | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          category?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_active?: boolean | null
          price?: number | null
          product_category?: string | null
          product_name?: string | null
          product_type?: string | null
          sku?: string | null
          stock_quantity?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          category?: string | null
          created_at?: string | null
          currency?: string | null
          description?: string | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_active?: boolean | null
          price?: number | null
          product_category?: string | null
          product_name?: string | null
          product_type?: string | null
          sku?: string | null
          stock_quantity?: number | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      reviews: {
        Row: {
          client_id: number | null
          client_name: string | null
          client_uuid: string | null
          comment: string | null
          created_at: string | null
          healer_id: number | null
          healer_response: string | null
          healer_uuid: string | null
          id: number | null
          rating: number | null
          service_id: number | null
          service_uuid: string | null
          status: string | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          client_id?: number | null
          client_name?: string | null
          client_uuid?: string | null
          comment?: string | null
          created_at?: string | null
          healer_id?: number | null
          healer_response?: string | null
          healer_uuid?: string | null
          id?: number | null
          rating?: number | null
          service_id?: number | null
          service_uuid?: string | null
          status?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          client_id?: number | null
          client_name?: string | null
          client_uuid?: string | null
          comment?: string | null
          created_at?: string | null
          healer_id?: number | null
          healer_response?: string | null
          healer_uuid?: string | null
          id?: number | null
          rating?: number | null
          service_id?: number | null
          service_uuid?: string | null
          status?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "review_author_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "review_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "events"
            referencedColumns: ["offering_uuid"]
          },
          {
            foreignKeyName: "review_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "review_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "review_offering_id_fkey"
            columns: ["service_uuid"]
            isOneToOne: false
            referencedRelation: "top_rated_services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "review_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "review_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      services: {
        Row: {
          created_at: string | null
          currency: string | null
          description: string | null
          duration_minutes: number | null
          healer_id: number | null
          healer_uuid: string | null
          id: number | null
          is_active: boolean | null
          price: number | null
          service_category: string | null
          service_name: string | null
          updated_at: string | null
          uuid: string | null
        }
        Insert: {
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_active?: boolean | null
          price?: number | null
          service_category?: string | null
          service_name?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Update: {
          created_at?: string | null
          currency?: string | null
          description?: string | null
          duration_minutes?: number | null
          healer_id?: number | null
          healer_uuid?: string | null
          id?: number | null
          is_active?: boolean | null
          price?: number | null
          service_category?: string | null
          service_name?: string | null
          updated_at?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      support_tickets: {
        Row: {
          booking_reference: string | null
          booking_uuid: string | null
          category: string | null
          created_at: string | null
          description: string | null
          id: number | null
          priority: string | null
          resolution: string | null
          resolved_at: string | null
          status: string | null
          subject: string | null
          updated_at: string | null
          user_id: number | null
          user_uuid: string | null
          uuid: string | null
        }
        Insert: {
          booking_reference?: string | null
          booking_uuid?: string | null
          category?: string | null
          created_at?: string | null
          description?: string | null
          id?: number | null
          priority?: string | null
          resolution?: string | null
          resolved_at?: string | null
          status?: string | null
          subject?: string | null
          updated_at?: string | null
          user_id?: number | null
          user_uuid?: string | null
          uuid?: string | null
        }
        Update: {
          booking_reference?: string | null
          booking_uuid?: string | null
          category?: string | null
          created_at?: string | null
          description?: string | null
          id?: number | null
          priority?: string | null
          resolution?: string | null
          resolved_at?: string | null
          status?: string | null
          subject?: string | null
          updated_at?: string | null
          user_id?: number | null
          user_uuid?: string | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "support_case_booking_id_fkey"
            columns: ["booking_uuid"]
            isOneToOne: false
            referencedRelation: "bookings"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "support_case_booking_id_fkey"
            columns: ["booking_uuid"]
            isOneToOne: false
            referencedRelation: "event_registrations"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "support_case_person_id_fkey"
            columns: ["user_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
      system_logs: {
        Row: {
          context: Json | null
          created_at: string | null
          id: number | null
          level: string | null
          message: string | null
          source: string | null
        }
        Relationships: []
      }
      tickets: {
        Row: {
          checked_in_at: string | null
          code: string | null
          event_id: number | null
          event_uuid: string | null
          id: number | null
          registration_id: number | null
          registration_uuid: string | null
          seat: number | null
          status: string | null
          uuid: string | null
        }
        Relationships: [
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["event_uuid"]
            isOneToOne: false
            referencedRelation: "event_attendance"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "booking_slot_id_fkey"
            columns: ["event_uuid"]
            isOneToOne: false
            referencedRelation: "events"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "ticket_booking_id_fkey"
            columns: ["registration_uuid"]
            isOneToOne: false
            referencedRelation: "bookings"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "ticket_booking_id_fkey"
            columns: ["registration_uuid"]
            isOneToOne: false
            referencedRelation: "event_registrations"
            referencedColumns: ["uuid"]
          },
        ]
      }
      top_rated_services: {
        Row: {
          avg_rating: number | null
          healer_rating: number | null
          healer_type: string | null
          healer_uuid: string | null
          id: number | null
          service_name: string | null
          total_reviews: number | null
          uuid: string | null
        }
        Relationships: [
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healer_revenue"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "offering_provider_id_fkey"
            columns: ["healer_uuid"]
            isOneToOne: false
            referencedRelation: "healers"
            referencedColumns: ["uuid"]
          },
        ]
      }
      transactions: {
        Row: {
          amount: number | null
          created_at: string | null
          currency: string | null
          description: string | null
          id: number | null
          order_id: number | null
          status: string | null
          transaction_type: string | null
          user_id: number | null
          user_uuid: string | null
          uuid: string | null
        }
        Relationships: []
      }
      users: {
        Row: {
          avatar_url: string | null
          created_at: string | null
          display_name: string | null
          email: string | null
          first_name: string | null
          id: number | null
          is_verified: boolean | null
          last_name: string | null
          locale: string | null
          password_hash: string | null
          phone: string | null
          status: string | null
          timezone: string | null
          updated_at: string | null
          user_type: string | null
          uuid: string | null
        }
        Insert: {
          avatar_url?: string | null
          created_at?: string | null
          display_name?: string | null
          email?: string | null
          first_name?: string | null
          id?: number | null
          is_verified?: boolean | null
          last_name?: string | null
          locale?: string | null
          password_hash?: string | null
          phone?: string | null
          status?: string | null
          timezone?: string | null
          updated_at?: string | null
          user_type?: string | null
          uuid?: string | null
        }
        Update: {
          avatar_url?: string | null
          created_at?: string | null
          display_name?: string | null
          email?: string | null
          first_name?: string | null
          id?: number | null
          is_verified?: boolean | null
          last_name?: string | null
          locale?: string | null
          password_hash?: string | null
          phone?: string | null
          status?: string | null
          timezone?: string | null
          updated_at?: string | null
          user_type?: string | null
          uuid?: string | null
        }
        Relationships: []
      }
      wishlist_items: {
        Row: {
          client_id: number | null
          client_uuid: string | null
          created_at: string | null
          id: number | null
          product_id: number | null
          product_uuid: string | null
          user_id: number | null
          uuid: string | null
        }
        Insert: {
          client_id?: number | null
          client_uuid?: string | null
          created_at?: string | null
          id?: number | null
          product_id?: number | null
          product_uuid?: string | null
          user_id?: number | null
          uuid?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "wish_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "events"
            referencedColumns: ["offering_uuid"]
          },
          {
            foreignKeyName: "wish_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "wish_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "wish_offering_id_fkey"
            columns: ["product_uuid"]
            isOneToOne: false
            referencedRelation: "top_rated_services"
            referencedColumns: ["uuid"]
          },
          {
            foreignKeyName: "wish_person_id_fkey"
            columns: ["client_uuid"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["uuid"]
          },
        ]
      }
    }
    Functions: {
      adjust_stock: { Args: { p_product_id: number; p_change: number; p_reason: string }; Returns: number }
      audit_logs: { Args: { p_user: Database["avenrae"]["Views"]["users"]["Row"] }; Returns: { id: number | null; user_id: number | null; user_role: string | null; action: string | null; entity_type: string | null; entity_id: string | null; old_values: Json | null; new_values: Json | null; created_at: string | null; uuid: string | null; user_uuid: string | null }[]; SetofOptions: { from: "users"; to: "audit_logs"; isOneToOne: false; isSetofReturn: true } }
      available_times: { Args: { p_service_id: number; p_from?: string; p_until?: string }; Returns: { start_at: string; end_at: string; seats_left: number; slot_uuid: string }[] }
      call_off_event: { Args: { p_event_id: number; p_reason?: string }; Returns: { bookings_called_off: number; bookings_left: number }[] }
      clients:
        | { Args: { p_favorite: Database["avenrae"]["Views"]["favorite_healers"]["Row"] }; Returns: { id: number | null; user_id: number | null; date_of_birth: string | null; gender: string | null; emergency_contact_phone: string | null; goals: string[] | null; interests: string[] | null; created_at: string | null; updated_at: string | null; uuid: string | null }; SetofOptions: { from: "favorite_healers"; to: "clients"; isOneToOne: true; isSetofReturn: true } }
        | { Args: { p_item: Database["avenrae"]["Views"]["wishlist_items"]["Row"] }; Returns: { id: number | null; user_id: number | null; date_of_birth: string | null; gender: string | null; emergency_contact_phone: string | null; goals: string[] | null; interests: string[] | null; created_at: string | null; updated_at: string | null; uuid: string | null }; SetofOptions: { from: "favorite_healers"; to: "clients"; isOneToOne: true; isSetofReturn: true } }
      date_format: { Args: { p_at: string; p_format: string }; Returns: string }
      favorite_healers: { Args: { p_client: Database["avenrae"]["Views"]["clients"]["Row"] }; Returns: { id: number | null; user_id: number | null; client_id: number | null; healer_id: number | null; created_at: string | null; uuid: string | null; client_uuid: string | null; healer_uuid: string | null }[]; SetofOptions: { from: "clients"; to: "favorite_healers"; isOneToOne: false; isSetofReturn: true } }
      place_order: { Args: { p_items: Json; p_coupon_code?: string; p_idempotency_key?: string }; Returns: Json }
      register_for_event: { Args: { p_event_id: number; p_seats?: number; p_notes?: string; p_coupon_code?: string; p_idempotency_key?: string }; Returns: string }
      users: { Args: { p_log: Database["avenrae"]["Views"]["audit_logs"]["Row"] }; Returns: { id: number | null; email: string | null; password_hash: string | null; first_name: string | null; last_name: string | null; user_type: string | null; is_verified: boolean | null; created_at: string | null; updated_at: string | null; display_name: string | null; avatar_url: string | null; timezone: string | null; locale: string | null; phone: string | null; status: string | null; uuid: string | null }; SetofOptions: { from: "audit_logs"; to: "users"; isOneToOne: true; isSetofReturn: true } }
      wishlist_items: { Args: { p_client: Database["avenrae"]["Views"]["clients"]["Row"] }; Returns: { id: number | null; user_id: number | null; client_id: number | null; product_id: number | null; created_at: string | null; uuid: string | null; client_uuid: string | null; product_uuid: string | null }[]; SetofOptions: { from: "clients"; to: "wishlist_items"; isOneToOne: false; isSetofReturn: true } }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  api: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      accept_booking: { Args: { p_booking_id: string }; Returns: { booking_id: string; status: string }[] }
      add_busy_calendar: { Args: { p_url: string }; Returns: string }
      add_favorite: { Args: { p_provider_id: string; p_person_id?: string; p_favorite_id?: string }; Returns: boolean }
      add_wish: { Args: { p_offering_id: string; p_person_id?: string; p_wish_id?: string }; Returns: boolean }
      adjust_stock: { Args: { p_offering_id: string; p_change: number; p_reason: string }; Returns: number }
      adjust_wallet: { Args: { p_person_id: string; p_amount_minor: number; p_currency: string; p_reason: string; p_idempotency_key: string }; Returns: boolean }
      annotate_booking: { Args: { p_booking_id: string; p_customer_notes?: string; p_provider_notes?: string }; Returns: undefined }
      answer_case: { Args: { p_case_id: string; p_status?: string; p_resolution?: string; p_priority?: string }; Returns: undefined }
      answer_move: { Args: { p_booking_id: string; p_agrees: boolean }; Returns: { booking_id: string; slot_id: string; starts_at: string; ends_at: string }[] }
      apply_stripe_event: { Args: { p_event_id: string; p_fetched?: Json; p_asked_at?: string }; Returns: Json }
      approve_promotion: { Args: { p_promotion_id: string; p_cost_minor?: number; p_commission_bp?: number }; Returns: string }
      attachments_of_case: { Args: { p_case_id: string }; Returns: Json }
      auth_challenge_factor: { Args: { p_account_id: string; p_session_id: string; p_factor_id: string; p_person_key: string }; Returns: Json }
      auth_change_user: { Args: { p_account_id: string; p_attributes: Json }; Returns: Json }
      auth_come_back: { Args: { p_state_hash: string }; Returns: Json }
      auth_create_user: { Args: { p_attributes: Json }; Returns: Json }
      auth_delete_factor: { Args: { p_account_id: string; p_factor_id: string }; Returns: Json }
      auth_delete_user: { Args: { p_account_id: string }; Returns: Json }
      auth_enroll_factor: { Args: { p_account_id: string; p_session_id: string; p_factor_id: string; p_name: string; p_secret: string; p_person_key: string }; Returns: Json }
      auth_exchange_code: { Args: { p_code_hash: string; p_plain: string; p_s256: string; p_user_agent: string }; Returns: Json }
      auth_external: { Args: { p_identity: Json; p_account_id: string; p_sign_up: boolean; p_flow: Json; p_user_agent: string }; Returns: Json }
      auth_factor_secret: { Args: { p_account_id: string; p_session_id: string; p_factor_id: string; p_challenge_id: string; p_factor_key: string }; Returns: Json }
      auth_generate_link: { Args: { p_type: string; p_email: string; p_new_email: string; p_password_hash: string; p_data: Json; p_both: boolean; p_mail: Json }; Returns: Json }
      auth_get_user: { Args: { p_account_id: string }; Returns: Json }
      auth_id_token_once: { Args: { p_token_hash: string; p_address_key: string }; Returns: Json }
      auth_invite: { Args: { p_email: string; p_data: Json; p_mail: Json }; Returns: Json }
      auth_leave: { Args: { p_state_hash: string; p_provider: string; p_redirect_to: string; p_account_id: string; p_session_id: string; p_challenge: string; p_method: string; p_address_key: string }; Returns: Json }
      auth_list_users: { Args: { p_page: number; p_per_page: number }; Returns: Json }
      auth_password: { Args: { p_email: string; p_account_key: string; p_address_key: string }; Returns: Json }
      auth_reauthenticate: { Args: { p_account_id: string; p_session_id: string; p_mail: Json; p_account_key: string }; Returns: Json }
      auth_refresh: { Args: { p_session_id: string; p_counter: number; p_address_key: string }; Returns: Json }
      auth_rotate_signing_keys: { Args: { p_kid: string; p_public_jwk: Json; p_private_key: string; p_only_first?: boolean }; Returns: Json }
      auth_send: { Args: { p_purpose: string; p_email: string; p_create: boolean; p_data: Json; p_mail: Json; p_account_key: string; p_address_key: string }; Returns: Json }
      auth_sign_in: { Args: { p_email: string; p_password_hash: string; p_account_key: string; p_new_hash: string; p_user_agent: string }; Returns: Json }
      auth_sign_out: { Args: { p_account_id: string; p_session_id: string; p_scope: string }; Returns: Json }
      auth_sign_up: { Args: { p_email: string; p_password_hash: string; p_data: Json; p_autoconfirm: boolean; p_mail: Json; p_user_agent: string; p_account_key: string; p_address_key: string }; Returns: Json }
      auth_signing_key: { Args: Record<PropertyKey, never>; Returns: Json }
      auth_unenroll_factor: { Args: { p_account_id: string; p_session_id: string; p_factor_id: string }; Returns: Json }
      auth_unlink: { Args: { p_account_id: string; p_session_id: string; p_identity_id: string }; Returns: Json }
      auth_update_user: { Args: { p_account_id: string; p_session_id: string; p_email: string; p_password_hash: string; p_data: Json; p_nonce_hash: string; p_proved: boolean; p_rules: Json; p_mail: Json; p_mail_current: Json; p_account_key: string; p_person_key: string; p_address_key: string }; Returns: Json }
      auth_user: { Args: { p_account_id: string; p_session_id: string }; Returns: Json }
      auth_verify: { Args: { p_type: string; p_link_hash: string; p_email: string; p_code_hash: string; p_flow_hash: string; p_user_agent: string; p_address_key: string }; Returns: Json }
      auth_verify_factor: { Args: { p_account_id: string; p_session_id: string; p_factor_id: string; p_challenge_id: string; p_step: number; p_factor_key: string }; Returns: Json }
      block_date: { Args: { p_date: string; p_reason?: string; p_provider_id?: string; p_exception_id?: string }; Returns: string }
      block_person: { Args: { p_person_id: string }; Returns: boolean }
      block_time: { Args: { p_starts_at: string; p_ends_at: string; p_reason?: string; p_provider_id?: string; p_exception_id?: string }; Returns: string }
      book_slot: { Args: { p_customer_id: string; p_slot_id: string; p_notes?: string; p_idempotency_key?: string; p_seats?: number; p_coupon_code?: string; p_subject_id?: string; p_booking_id?: string }; Returns: { booking_id: string; payment_id: string; status: string; amount_minor: number; currency: string; provider_id: string; offering_id: string }[] }
      book_time: { Args: { p_provider_id: string; p_starts_at: string; p_ends_at?: string; p_offering_id?: string; p_subject_id?: string; p_notes?: string; p_idempotency_key?: string; p_coupon_code?: string; p_customer_id?: string; p_booking_id?: string }; Returns: { booking_id: string; payment_id: string; status: string; amount_minor: number; currency: string; provider_id: string; offering_id: string }[] }
      booking_checkout: { Args: { p_booking_id: string }; Returns: Json }
      booking_rules: { Args: { p_offering_id: string }; Returns: Json }
      calendar_feed: { Args: Record<PropertyKey, never>; Returns: { created_at: string; read_at: string }[] }
      call_off_day: { Args: { p_date: string; p_reason?: string }; Returns: { call_off_id: string; bookings_called_off: number; bookings_left: number }[] }
      call_off_slot: { Args: { p_slot_id: string; p_reason?: string }; Returns: { call_off_id: string; bookings_called_off: number; bookings_left: number }[] }
      call_off_time: { Args: { p_starts_at: string; p_ends_at: string; p_reason?: string }; Returns: { call_off_id: string; bookings_called_off: number; bookings_left: number }[] }
      cancel_booking: { Args: { p_booking_id: string; p_reason?: string }; Returns: { booking_id: string; status: string; refund_minor: number; currency: string }[] }
      cancel_order: { Args: { p_order_id: string; p_reason?: string }; Returns: string }
      cancel_payout: { Args: { p_payout_id: string }; Returns: { payout_id: string; status: string }[] }
      cancel_promotion: { Args: { p_promotion_id: string }; Returns: undefined }
      check_day_hours: { Args: { p_start: string; p_end: string }; Returns: undefined }
      check_in: { Args: { p_code: string; p_slot_id?: string }; Returns: Json }
      check_out_items: { Args: { p_items: Json; p_coupon_code?: string; p_idempotency_key?: string }; Returns: Json }
      check_out_slot: { Args: { p_customer_id: string; p_slot_id: string; p_notes?: string; p_idempotency_key?: string; p_seats?: number; p_coupon_code?: string }; Returns: Json }
      claim_account_command: { Args: { p_payout_account_id: string }; Returns: Json }
      claim_busy_calendars: { Args: { p_limit?: number }; Returns: Json }
      claim_delivery: { Args: { p_outbox_id: string }; Returns: Json }
      claim_outbox: { Args: { p_limit?: number }; Returns: Json }
      claim_payment_commands: { Args: { p_payment_id: string }; Returns: Json }
      claim_referral: { Args: { p_code: string; p_referral_id?: string }; Returns: string }
      claim_stripe_commands: { Args: { p_limit?: number; p_kinds?: string[] }; Returns: Json }
      claim_stripe_inquiries: { Args: { p_limit?: number }; Returns: Json }
      close_finding: { Args: { p_external_id: string; p_note: string }; Returns: boolean }
      close_stale_commands: { Args: Record<PropertyKey, never>; Returns: number }
      complete_booking: { Args: { p_booking_id: string }; Returns: { booking_id: string; status: string }[] }
      complete_due_bookings: { Args: { p_limit?: number }; Returns: number }
      continue_call_offs: { Args: { p_limit?: number }; Returns: number }
      correct_attendance: { Args: { p_booking_id: string; p_outcome: string }; Returns: { booking_id: string; status: string }[] }
      count_clock_failures: { Args: { p_seconds: number }; Returns: number }
      count_guess: { Args: Record<PropertyKey, never>; Returns: undefined }
      create_coupon: { Args: { p_code: string; p_percent?: number; p_amount_minor?: number; p_currency?: string; p_max_uses?: number; p_per_customer?: number; p_min_subtotal_minor?: number; p_valid_from?: string; p_valid_until?: string; p_coupon_id?: string }; Returns: string }
      decline_booking: { Args: { p_booking_id: string; p_reason?: string }; Returns: { booking_id: string; status: string }[] }
      due_stripe_events: { Args: { p_limit?: number }; Returns: Json }
      end_promotion: { Args: { p_promotion_id: string; p_reason: string }; Returns: number }
      enrol: { Args: { p_offering_id: string; p_customer_id?: string; p_enrolment_id?: string }; Returns: string }
      erase_me: { Args: Record<PropertyKey, never>; Returns: undefined }
      erase_person: { Args: { p_person_id: string }; Returns: undefined }
      expire_bookings: { Args: { p_limit?: number }; Returns: number }
      expire_orders: { Args: { p_limit?: number }; Returns: number }
      export_my_data: { Args: Record<PropertyKey, never>; Returns: Json }
      extend_slots: { Args: { p_limit?: number }; Returns: number }
      finish_reconciliation: { Args: Record<PropertyKey, never>; Returns: number }
      get_availability: { Args: { p_provider_id: string }; Returns: Json }
      grant_bonus: { Args: { p_person_id: string; p_amount_minor: number; p_currency: string; p_reason: string; p_idempotency_key: string }; Returns: boolean }
      grant_role: { Args: { p_person_id: string; p_role: string }; Returns: boolean }
      hide_review: { Args: { p_review_id: string; p_is_hidden: boolean; p_reason: string }; Returns: boolean }
      hold_payouts: { Args: { p_provider_id: string; p_reason: string }; Returns: boolean }
      if_exists: { Args: { p_command: string }; Returns: string }
      import_rows: { Args: { p_kind: string; p_rows: Json }; Returns: Json }
      inspect_conversation: { Args: { p_conversation_id: string; p_reason: string }; Returns: { message_id: string; sender_id: string; body: string; was_masked: boolean; created_at: string }[] }
      join_waitlist: { Args: { p_slot_id: string; p_seats?: number }; Returns: string }
      keep_balance_transactions: { Args: { p_transactions: Json }; Returns: number }
      keep_column: { Args: { p_is_kept: boolean; p_why: string; p_hint?: string }; Returns: undefined }
      keep_event_page: { Args: { p_after_id: string; p_newest_at: number; p_last_id: string; p_has_more: boolean }; Returns: boolean }
      keep_seats: { Args: { p_booking_id: string; p_seats: number; p_reason?: string; p_ticket_ids?: string[] }; Returns: { booking_id: string; seats: number; refund_minor: number; currency: string }[] }
      key_of: { Args: { p_noun: string; p_number: number; p_found: string; p_key?: string }; Returns: string }
      leave_conversation: { Args: { p_conversation_id: string }; Returns: boolean }
      leave_waitlist: { Args: { p_slot_id: string }; Returns: undefined }
      lift_suspension: { Args: { p_person_id: string }; Returns: undefined }
      list_audit_log: { Args: { p_before?: number; p_limit?: number }; Returns: { seq: number; at: string; actor_id: string; actor_name: string; actor_role: string; action: string; entity: string; entity_id: string; before: Json; after: Json }[] }
      list_blocked: { Args: Record<PropertyKey, never>; Returns: { person_id: string; name: string; blocked_at: string }[] }
      list_boosted_providers: { Args: { p_kind?: string; p_limit?: number }; Returns: { provider_id: string; kind: string; turn: number }[] }
      list_busy_calendars: { Args: Record<PropertyKey, never>; Returns: { busy_calendar_id: string; url: string; busy_times: number; fetched_at: string; last_error: string; next_at: string }[] }
      list_cancellation_policies: { Args: { p_provider_id?: string }; Returns: { cancellation_policy_id: string; provider_id: string; name: string; tiers: Json }[] }
      list_cases: { Args: { p_status?: string; p_limit?: number }; Returns: { support_case_id: string; person_id: string; person_name: string; provider_id: string; booking_id: string; booking_ref: string; kind: string; title: string; description: string; status: string; priority: string; resolution: string; resolved_at: string; created_at: string }[] }
      list_certificates: { Args: Record<PropertyKey, never>; Returns: { number: string; offering_id: string; course_title: string; issued_at: string }[] }
      list_conversations: { Args: { p_before?: string; p_limit?: number }; Returns: { conversation_id: string; kind: string; title: string; person_ids: string[]; names: string[]; last_message: string; last_message_at: string; unread: number }[] }
      list_coupons: { Args: Record<PropertyKey, never>; Returns: { coupon_id: string; code: string; kind: string; percent: number; amount_minor: number; currency: string; min_subtotal_minor: number; max_uses: number; per_customer: number; uses: number; valid_from: string; valid_until: string; is_active: boolean }[] }
      list_disputes: { Args: { p_status?: string; p_before?: string; p_limit?: number }; Returns: { dispute_id: string; payment_id: string; order_number: string; payer_id: string; payer_name: string; currency: string; amount_minor: number; status: string; reason: string; evidence_due_at: string; opened_at: string; closed_at: string }[] }
      list_exceptions: { Args: Record<PropertyKey, never>; Returns: { availability_exception_id: string; kind: string; starts_at: string; ends_at: string; reason: string; created_at: string }[] }
      list_failed_mail: { Args: { p_since?: string; p_limit?: number }; Returns: { outbox_id: string; topic: string; person_id: string; state: string; attempts: number; detail: string; at: string }[] }
      list_free_slots: { Args: { p_offering_id?: string; p_provider_id?: string; p_from?: string; p_until?: string; p_limit?: number }; Returns: { slot_id: string; offering_id: string; provider_id: string; starts_at: string; ends_at: string; seats_left: number }[] }
      list_manual_payouts: { Args: { p_limit?: number }; Returns: { payout_id: string; reference: string; provider_id: string; provider_name: string; contact_email: string; amount_minor: number; amount: number; currency: string; details: string; is_held: boolean; requested_at: string }[] }
      list_messages: { Args: { p_conversation_id: string; p_before_seq?: number; p_limit?: number }; Returns: { message_id: string; seq: number; sender_id: string; recipient_id: string; body: string; is_masked: boolean; created_at: string; read_by: string[] }[] }
      list_notification_preferences: { Args: Record<PropertyKey, never>; Returns: { type: string; title: string; is_essential: boolean; wants_email: boolean }[] }
      list_notifications: { Args: { p_unread_only?: boolean; p_before?: string; p_limit?: number }; Returns: { notification_id: string; type: string; title: string; payload: Json; created_at: string; read_at: string; body: string }[] }
      list_order_lines: { Args: { p_order_id: string }; Returns: { order_line_id: string; kind: string; title: string; provider_id: string; provider_name: string; booking_id: string; quantity: number; currency: string; total_minor: number; refunded_minor: number; commission_minor: number; status: string }[] }
      list_payment_methods: { Args: Record<PropertyKey, never>; Returns: { payment_method_id: string; kind: string; brand: string; last4: string; last_used_at: string }[] }
      list_payments: { Args: { p_person_id?: string; p_status?: string; p_before?: string; p_limit?: number }; Returns: { payment_id: string; order_number: string; payer_id: string; payer_name: string; payee_id: string; currency: string; amount_minor: number; authorized_minor: number; captured_minor: number; refunded_minor: number; refunding_minor: number; lost_minor: number; status: string; created_at: string; captured_at: string; order_id: string }[] }
      list_payouts: { Args: { p_provider_id?: string; p_status?: string; p_before?: string; p_limit?: number }; Returns: { payout_id: string; provider_id: string; amount_minor: number; paid_minor: number; currency: string; origin: string; status: string; failure: string; requested_at: string; processed_at: string }[] }
      list_promotions: { Args: { p_status?: string; p_limit?: number }; Returns: { promotion_id: string; provider_id: string; provider_name: string; kind: string; status: string; is_running: boolean; duration_days: number; cost_minor: number; currency: string; commission_bp: number; features: Json; starts_at: string; expires_at: string; created_at: string }[] }
      list_reconciliation_findings: { Args: Record<PropertyKey, never>; Returns: { external_id: string; problem: string; currency: string; expected_minor: number; found_minor: number; found_at: string }[] }
      list_referrals: { Args: Record<PropertyKey, never>; Returns: { referral_id: string; is_referrer: boolean; status: string; reward_minor: number; currency: string; created_at: string; rewarded_at: string }[] }
      list_refunds: { Args: { p_payment_id?: string; p_status?: string; p_before?: string; p_limit?: number }; Returns: { refund_id: string; payment_id: string; payer_id: string; amount_minor: number; currency: string; reason: string; status: string; has_arrived: boolean; created_at: string; updated_at: string }[] }
      list_reports: { Args: { p_limit?: number }; Returns: { report_id: string; post_id: string; comment_id: string; author_id: string; title: string; body: string; reason: string; created_at: string }[] }
      list_reviews: { Args: { p_provider_id?: string; p_booking_id?: string; p_limit?: number }; Returns: { review_id: string; booking_id: string; provider_id: string; offering_id: string; author_side: string; author_name: string; rating: number; comment: string; reply: string; status: string; created_at: string }[] }
      list_stuck_work: { Args: { p_limit?: number }; Returns: { queue: string; id: string; kind: string; since: string; attempts: number; next_at: string; problem: string }[] }
      list_tickets: { Args: { p_booking_id?: string; p_slot_id?: string }; Returns: { ticket_id: string; booking_id: string; slot_id: string; title: string; starts_at: string; ends_at: string; holder_name: string; seat: number; code: string; state: string; checked_in_at: string }[] }
      list_waitlist: { Args: Record<PropertyKey, never>; Returns: { waitlist_entry_id: string; slot_id: string; offering_id: string; offering_title: string; provider_id: string; starts_at: string; ends_at: string; seats: number; state: string; place: number; offer_expires_at: string; created_at: string }[] }
      make_calendar_feed: { Args: Record<PropertyKey, never>; Returns: string }
      mark_messages_read: { Args: { p_message_ids?: string[]; p_conversation_id?: string }; Returns: number }
      mark_no_show: { Args: { p_booking_id: string; p_who?: string }; Returns: { booking_id: string; status: string }[] }
      mark_notifications_read: { Args: { p_notification_ids?: string[] }; Returns: number }
      marketplace: { Args: Record<PropertyKey, never>; Returns: Json }
      marketplace_settings: { Args: Record<PropertyKey, never>; Returns: Json }
      may_write: { Args: { p_person_id: string }; Returns: boolean }
      moderate_comment: { Args: { p_comment_id: string; p_is_hidden: boolean; p_reason: string }; Returns: undefined }
      moderate_post: { Args: { p_post_id: string; p_is_hidden: boolean; p_reason: string }; Returns: undefined }
      move_appointment: { Args: { p_booking_id: string; p_starts_at?: string; p_ends_at?: string }; Returns: string }
      move_booking: { Args: { p_booking_id: string; p_status: string; p_reason?: string }; Returns: string }
      move_event: { Args: { p_slot_id: string; p_starts_at: string; p_ends_at?: string }; Returns: number }
      move_fulfilment: { Args: { p_order_line_id: string; p_fulfilment: string }; Returns: boolean }
      my_payout_account: { Args: Record<PropertyKey, never>; Returns: Json }
      my_referral_code: { Args: Record<PropertyKey, never>; Returns: string }
      my_sales: { Args: { p_fulfilment?: string; p_before?: string; p_limit?: number }; Returns: { order_line_id: string; order_number: string; placed_at: string; kind: string; title: string; offering_id: string; booking_id: string; buyer_name: string; quantity: number; currency: string; total: number; earned: number; total_minor: number; refunded_minor: number; disputed_minor: number; earned_minor: number; status: string; fulfilment: string }[] }
      my_statement: { Args: { p_currency?: string; p_before?: number; p_limit?: number }; Returns: { entry_id: number; at: string; account: string; kind: string; state: string; reference_kind: string; reference_id: string; description: string; currency: string; amount: number; balance_after: number; amount_minor: number; balance_after_minor: number }[] }
      my_statement_of: { Args: { p_currency: string; p_from: string; p_until: string }; Returns: { at: string; account: string; kind: string; description: string; reference: string; currency: string; amount: number; balance_after: number }[] }
      my_totals: { Args: Record<PropertyKey, never>; Returns: { currency: string; paid_minor: number; refunded_minor: number; refund_pending_minor: number; charged_back_minor: number; earned_minor: number; given_back_minor: number; paid_out_minor: number; payout_pending_minor: number }[] }
      my_wallet: { Args: Record<PropertyKey, never>; Returns: { currency: string; available: number; clearing: number; reserved: number; held: number; available_minor: number; clearing_minor: number; reserved_minor: number; held_minor: number }[] }
      next_event_page: { Args: Record<PropertyKey, never>; Returns: Json }
      offer_freed_seats: { Args: { p_limit?: number }; Returns: number }
      one_of: { Args: { p_column: string; p_word: string; p_words: string[] }; Returns: string }
      open_case: { Args: { p_title: string; p_description?: string; p_kind?: string; p_provider_id?: string; p_booking_ref?: string; p_attachments?: Json }; Returns: string }
      open_conversation: { Args: { p_person_ids: string[]; p_title?: string; p_conversation_id?: string }; Returns: string }
      open_payout_account: { Args: Record<PropertyKey, never>; Returns: Json }
      open_time: { Args: { p_starts_at: string; p_ends_at: string; p_reason?: string }; Returns: string }
      order_course: { Args: { p_offering_id: string; p_amount?: number; p_currency?: string; p_customer_id?: string; p_key?: string }; Returns: string }
      order_from_wallet: { Args: { p_items: Json; p_coupon_code?: string; p_idempotency_key?: string }; Returns: Json }
      order_lessons: { Args: { p_section_id: string; p_lesson_ids: string[] }; Returns: undefined }
      order_sections: { Args: { p_offering_id: string; p_section_ids: string[] }; Returns: undefined }
      pause_payouts: { Args: { p_is_paused: boolean }; Returns: undefined }
      pay_order_from_wallet: { Args: { p_order_id: string }; Returns: Json }
      pay_promotion: { Args: { p_promotion_id: string; p_with?: string }; Returns: { promotion_id: string; status: string; order_id: string }[] }
      payment_intent_of: { Args: { p_payment_id: string }; Returns: Json }
      payment_to_make: { Args: { p_order_id?: string; p_booking_id?: string }; Returns: Json }
      place_order: { Args: { p_items: Json; p_coupon_code?: string; p_idempotency_key?: string; p_customer_id?: string }; Returns: Json }
      plan_due_payouts: { Args: { p_limit?: number }; Returns: number }
      propose_move: { Args: { p_booking_id: string; p_slot_id: string; p_reason?: string }; Returns: { move_proposal_id: string; slot_id: string; expires_at: string }[] }
      publish_offering: { Args: { p_offering_id: string }; Returns: undefined }
      quote_booking: { Args: { p_slot_id: string; p_seats?: number; p_coupon_code?: string }; Returns: Json }
      quote_cancellation: { Args: { p_booking_id: string }; Returns: Json }
      quote_order: { Args: { p_items: Json; p_coupon_code?: string }; Returns: Json }
      read_calendar_feed: { Args: { p_key: string }; Returns: Json }
      receipt: { Args: { p_order_id: string }; Returns: Json }
      reconcile_from: { Args: Record<PropertyKey, never>; Returns: Json }
      record_busy_calendar: { Args: { p_busy_calendar_id: string; p_attempt: number; p_times: Json; p_etag?: string; p_error?: string }; Returns: undefined }
      record_delivery: { Args: { p_outbox_id: string; p_attempt: number; p_outcome: string; p_detail: string }; Returns: undefined }
      record_outbox: { Args: { p_outbox_ids: string[]; p_attempts: number[]; p_errors: string[] }; Returns: number }
      record_payout_account: { Args: { p_account: Json; p_asked_at: string }; Returns: undefined }
      record_stripe_look_up: { Args: { p_stripe_command_id: string; p_found: Json }; Returns: Json }
      record_stripe_object: { Args: { p_object: Json; p_asked_at?: string }; Returns: string }
      record_stripe_result: { Args: { p_stripe_command_id: string; p_outcome: Json }; Returns: Json }
      refund_payment: { Args: { p_payment_id: string; p_amount_minor?: number; p_reason?: string; p_idempotency_key?: string; p_lines?: Json }; Returns: { refund_id: string; payment_id: string; amount_minor: number; currency: string; status: string }[] }
      reject_promotion: { Args: { p_promotion_id: string }; Returns: undefined }
      release_due_earnings: { Args: { p_limit?: number }; Returns: number }
      remind_of_bookings: { Args: { p_limit?: number }; Returns: number }
      remove_attachment: { Args: { p_lesson_attachment_id: string }; Returns: undefined }
      remove_busy_calendar: { Args: { p_busy_calendar_id: string }; Returns: undefined }
      remove_calendar_feed: { Args: Record<PropertyKey, never>; Returns: undefined }
      remove_category: { Args: { p_category_id: string }; Returns: undefined }
      remove_comment: { Args: { p_comment_id: string }; Returns: undefined }
      remove_course: { Args: { p_offering_id: string }; Returns: undefined }
      remove_credential: { Args: { p_credential_id: string }; Returns: undefined }
      remove_exception: { Args: { p_availability_exception_id: string }; Returns: undefined }
      remove_favorite: { Args: { p_provider_id: string }; Returns: boolean }
      remove_hours: { Args: { p_availability_rule_id: string }; Returns: boolean }
      remove_lesson: { Args: { p_lesson_id: string }; Returns: undefined }
      remove_location: { Args: { p_location_id: string }; Returns: undefined }
      remove_offering: { Args: { p_offering_id: string }; Returns: undefined }
      remove_payment_method: { Args: { p_payment_method_id: string }; Returns: boolean }
      remove_post: { Args: { p_post_id: string }; Returns: undefined }
      remove_section: { Args: { p_section_id: string }; Returns: undefined }
      remove_slot: { Args: { p_slot_id: string }; Returns: undefined }
      remove_subject_photo: { Args: { p_subject_photo_id: string }; Returns: undefined }
      remove_wish: { Args: { p_offering_id: string }; Returns: boolean }
      reply_to_review: { Args: { p_review_id: string; p_reply: string }; Returns: undefined }
      report_content: { Args: { p_reason: string; p_post_id?: string; p_comment_id?: string }; Returns: string }
      request_payout: { Args: { p_amount_minor: number; p_currency: string; p_idempotency_key: string; p_payout_id?: string }; Returns: { payout_id: string; amount_minor: number; currency: string; status: string }[] }
      reschedule_booking: { Args: { p_booking_id: string; p_slot_id: string }; Returns: { booking_id: string; slot_id: string; starts_at: string; ends_at: string }[] }
      resend_refund: { Args: { p_refund_id: string }; Returns: { refund_id: string; status: string }[] }
      restart_event_walk: { Args: Record<PropertyKey, never>; Returns: undefined }
      retire_subject: { Args: { p_subject_id: string }; Returns: undefined }
      retry_stripe_command: { Args: { p_stripe_command_id: string }; Returns: boolean }
      retry_stripe_event: { Args: { p_event_id: string }; Returns: boolean }
      review_booking: { Args: { p_booking_id: string; p_rating: number; p_comment?: string; p_review_id?: string }; Returns: string }
      revoke_role: { Args: { p_person_id: string; p_role: string }; Returns: boolean }
      save_attachment: { Args: { p_attachment: Json; p_if_exists?: string }; Returns: string }
      save_booking: { Args: { p_booking: Json; p_if_exists?: string }; Returns: string }
      save_case: { Args: { p_case: Json; p_if_exists?: string }; Returns: string }
      save_category: { Args: { p_category: Json; p_if_exists?: string }; Returns: string }
      save_comment: { Args: { p_comment: Json; p_if_exists?: string }; Returns: string }
      save_coupon: { Args: { p_coupon: Json; p_if_exists?: string }; Returns: string }
      save_course: { Args: { p_course: Json; p_if_exists?: string }; Returns: string }
      save_credential: { Args: { p_credential: Json; p_if_exists?: string }; Returns: string }
      save_customer: { Args: { p_customer: Json; p_if_exists?: string }; Returns: string }
      save_event: { Args: { p_event: Json; p_if_exists?: string }; Returns: string }
      save_hours: { Args: { p_hours: Json; p_if_exists?: string }; Returns: string }
      save_lesson: { Args: { p_lesson: Json; p_if_exists?: string }; Returns: string }
      save_location: { Args: { p_location: Json; p_if_exists?: string }; Returns: string }
      save_message: { Args: { p_message: Json; p_if_exists?: string }; Returns: string }
      save_offering: { Args: { p_offering: Json; p_if_exists?: string }; Returns: string }
      save_payout: { Args: { p_payout: Json; p_if_exists?: string }; Returns: string }
      save_person: { Args: { p_person: Json; p_if_exists?: string }; Returns: string }
      save_post: { Args: { p_post: Json; p_if_exists?: string }; Returns: string }
      save_product: { Args: { p_product: Json; p_if_exists?: string }; Returns: string }
      save_profile: { Args: { p_profile: Json; p_if_exists?: string }; Returns: string }
      save_progress: { Args: { p_progress: Json; p_if_exists?: string }; Returns: string }
      save_promotion: { Args: { p_promotion: Json; p_if_exists?: string }; Returns: string }
      save_provider: { Args: { p_provider: Json; p_if_exists?: string }; Returns: string }
      save_referral: { Args: { p_referral: Json; p_if_exists?: string }; Returns: string }
      save_review: { Args: { p_review: Json; p_if_exists?: string }; Returns: string }
      save_section: { Args: { p_section: Json; p_if_exists?: string }; Returns: string }
      save_section_progress: { Args: { p_progress: Json; p_if_exists?: string }; Returns: string }
      save_slot: { Args: { p_slot: Json; p_if_exists?: string }; Returns: string }
      save_subject: { Args: { p_subject: Json; p_if_exists?: string }; Returns: string }
      save_subject_photo: { Args: { p_photo: Json; p_if_exists?: string }; Returns: string }
      save_wallet: { Args: { p_wallet: Json }; Returns: undefined }
      search_offerings: { Args: { p_text?: string; p_tags?: string[]; p_category?: string; p_kind?: string; p_currency?: string; p_min_price_minor?: number; p_max_price_minor?: number; p_min_rating?: number; p_latitude?: number; p_longitude?: number; p_radius_m?: number; p_free_on?: string; p_sort?: string; p_after?: Json; p_limit?: number; p_kinds?: string[] }; Returns: { offering_id: string; provider_id: string; kind: string; title: string; summary: string; tags: string[]; duration_min: number; price_minor: number; currency: string; provider_name: string; rating_avg: number; rating_count: number; distance_m: number; page: Json }[] }
      search_places: { Args: { p_text?: string; p_limit?: number }; Returns: { city: string; region: string; country: string; latitude: number; longitude: number; provider_count: number }[] }
      search_providers: { Args: { p_text?: string; p_tags?: string[]; p_category?: string; p_currency?: string; p_min_rate_minor?: number; p_max_rate_minor?: number; p_min_rating?: number; p_latitude?: number; p_longitude?: number; p_radius_m?: number; p_free_on?: string; p_sort?: string; p_after?: Json; p_limit?: number }; Returns: { provider_id: string; display_name: string; avatar_url: string; bio: string; specialties: string[]; hourly_rate_minor: number; currency: string; rating_avg: number; rating_count: number; is_verified: boolean; city: string; distance_m: number; page: Json }[] }
      send_message: { Args: { p_body: string; p_recipient_id?: string; p_conversation_id?: string }; Returns: string }
      set_availability: { Args: { p_windows: Json; p_timezone?: string; p_provider_id?: string }; Returns: number }
      set_booking_rules: { Args: { p_offering_id: string; p_rules: Json }; Returns: Json }
      set_cancellation_policy: { Args: { p_name: string; p_tiers: Json; p_offering_ids?: string[] }; Returns: string }
      set_commission: { Args: { p_provider_id: string; p_commission_bp: number }; Returns: number }
      set_coupon_active: { Args: { p_coupon_id: string; p_is_active: boolean }; Returns: undefined }
      set_credentials: { Args: { p_credentials: Json; p_provider_id?: string }; Returns: number }
      set_manual_payout_account: { Args: { p_details: string }; Returns: Json }
      set_marketplace: { Args: { p_settings: Json }; Returns: Json }
      set_notification_preference: { Args: { p_type: string; p_wants_email: boolean }; Returns: undefined }
      set_offering_categories: { Args: { p_offering_id: string; p_category_ids: string[] }; Returns: number }
      set_offering_category: { Args: { p_offering_id: string; p_category_id: string; p_is_in: boolean }; Returns: boolean }
      set_pieces_left: { Args: { p_offering_id: string; p_pieces: number }; Returns: number }
      set_quiet_hours: { Args: { p_begins: string; p_ends: string }; Returns: undefined }
      set_rate_tiers: { Args: { p_tiers: Json; p_provider_id?: string }; Returns: number }
      set_stock: { Args: { p_offering_id: string; p_on_hand: number; p_sku?: string }; Returns: number }
      set_venue: { Args: { p_offering_id: string; p_place?: string; p_meeting_url?: string }; Returns: undefined }
      settle_payout: { Args: { p_payout_id: string; p_is_paid: boolean; p_reference?: string }; Returns: { payout_id: string; status: string }[] }
      settle_referrals: { Args: { p_limit?: number }; Returns: number }
      settle_refund: { Args: { p_refund_id: string; p_is_paid: boolean; p_reference: string }; Returns: { refund_id: string; status: string }[] }
      share_profile: { Args: { p_provider_id: string; p_is_shared?: boolean }; Returns: boolean }
      signing_keys: { Args: Record<PropertyKey, never>; Returns: Json }
      statement: { Args: { p_currency?: string; p_from?: string; p_until?: string }; Returns: Json }
      store_stripe_event: { Args: { p_event_id: string; p_event_type: string; p_object_id: string; p_account: string; p_livemode: boolean; p_api_version: string; p_created: number; p_payload: string; p_status?: string }; Returns: boolean }
      suspend_person: { Args: { p_person_id: string; p_reason: string; p_until?: string }; Returns: undefined }
      take_down_offering: { Args: { p_offering_id: string; p_reason: string }; Returns: boolean }
      trim_outbox: { Args: { p_limit?: number }; Returns: number }
      unblock_person: { Args: { p_person_id: string }; Returns: boolean }
      unexplained_objects: { Args: { p_limit?: number }; Returns: Json }
      unheard_events: { Args: { p_events: Json }; Returns: Json }
      unpublish_offering: { Args: { p_offering_id: string }; Returns: undefined }
      unsubscribe: { Args: { p_key: string }; Returns: string }
      verify_certificate: { Args: { p_number: string }; Returns: { number: string; learner_name: string; course_title: string; provider_name: string; completed_at: string; is_valid: boolean }[] }
      verify_provider: { Args: { p_provider_id: string; p_verification: string }; Returns: undefined }
      written_fields: { Args: { p_words: Json; p_new: Json; p_old?: Json }; Returns: Json }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type Schemas = Omit<Database, "__InternalSupabase">

type DefaultSchema = Schemas[Extract<keyof Database, "public">]

export type Tables<
  Name extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) | { schema: keyof Schemas },
  Member extends Name extends { schema: keyof Schemas } ? keyof (Schemas[Name["schema"]]["Tables"] & Schemas[Name["schema"]]["Views"]) : never = never,
> = Name extends { schema: keyof Schemas }
  ? (Schemas[Name["schema"]]["Tables"] & Schemas[Name["schema"]]["Views"])[Member] extends { Row: infer R } ? R : never
  : Name extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[Name] extends { Row: infer R } ? R : never
    : never

export type TablesInsert<
  Name extends keyof DefaultSchema["Tables"] | { schema: keyof Schemas },
  Member extends Name extends { schema: keyof Schemas } ? keyof Schemas[Name["schema"]]["Tables"] : never = never,
> = Name extends { schema: keyof Schemas }
  ? Schemas[Name["schema"]]["Tables"][Member] extends { Insert: infer R } ? R : never
  : Name extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][Name] extends { Insert: infer R } ? R : never
    : never

export type TablesUpdate<
  Name extends keyof DefaultSchema["Tables"] | { schema: keyof Schemas },
  Member extends Name extends { schema: keyof Schemas } ? keyof Schemas[Name["schema"]]["Tables"] : never = never,
> = Name extends { schema: keyof Schemas }
  ? Schemas[Name["schema"]]["Tables"][Member] extends { Update: infer R } ? R : never
  : Name extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][Name] extends { Update: infer R } ? R : never
    : never

export type Enums<
  Name extends keyof DefaultSchema["Enums"] | { schema: keyof Schemas },
  Member extends Name extends { schema: keyof Schemas } ? keyof Schemas[Name["schema"]]["Enums"] : never = never,
> = Name extends { schema: keyof Schemas }
  ? Schemas[Name["schema"]]["Enums"][Member]
  : Name extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][Name]
    : never

export type CompositeTypes<
  Name extends keyof DefaultSchema["CompositeTypes"] | { schema: keyof Schemas },
  Member extends Name extends { schema: keyof Schemas } ? keyof Schemas[Name["schema"]]["CompositeTypes"] : never = never,
> = Name extends { schema: keyof Schemas }
  ? Schemas[Name["schema"]]["CompositeTypes"][Member]
  : Name extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][Name]
    : never

export const Constants = {
  public: {
    Enums: {
    },
  },
  tutoring: {
    Enums: {
    },
  },
  fitness: {
    Enums: {
      Level: ["BEGINNER", "INTERMEDIATE", "ADVANCED", "EXPERT"],
      PaymentStatus: ["PENDING", "COMPLETED", "FAILED", "REFUNDED"],
      Role: ["USER", "TRAINER", "ADMIN"],
    },
  },
  avenrae: {
    Enums: {
    },
  },
  api: {
    Enums: {
    },
  },
} as const
